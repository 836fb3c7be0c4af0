// What the drivers read of a page of a portal, by what its elements are called.
({
  pageId() {
    return document.querySelector("main")?.dataset.page ?? "";
  },

  shows(selector) {
    return document.querySelector(selector) !== null;
  },

  // What a field is filled in like: "select", or the type of an input.
  kind(form, name) {
    const one = document.querySelector(`${form} [name="${name}"]`);
    return one.matches("select") ? "select" : one.type;
  },

  offers(form, name, value) {
    const choices = [...document.querySelectorAll(`${form} select[name="${name}"] option`)];
    return choices.length === 0 || choices.some((one) => one.value === value);
  },

  // The lines of one kind of table; what else is kept of a line in its data attributes, and what can be done to it.
  rows(kind) {
    const actionsOf = (row) => Object.fromEntries(
      [...row.querySelectorAll("[data-action]:not(summary)")].map((one) => [one.dataset.action, this.textOf(one)]));
    return [...document.querySelectorAll(`[data-row="${kind}"]`)]
      .map((row) => ({...row.dataset, ...this.fieldsOf(row, row), id: row.id, actions: actionsOf(row)}));
  },

  // What stands on the page outside of tables.
  fields() {
    return this.fieldsOf(document, null);
  },

  // What is filled in, ticked and chosen in a form.
  form(selector) {
    const values = {};
    for (const one of document.querySelector(selector).elements) {
      if (!one.name || one.type === "hidden" || (one.type === "radio" && !one.checked)) continue;
      values[one.name] = one.type === "checkbox" ? one.checked : one.value;
    }
    return values;
  },

  refusal() {
    const one = document.querySelector("[data-code]");
    return one && [one.dataset.code, this.textOf(one.querySelector("[data-message]") ?? one)];
  },

  fieldsOf(scope, row) {
    const valueOf = (one) =>
      one.dataset.value ?? (one.matches("input, select, textarea") ? one.value : this.textOf(one));
    return Object.fromEntries(
      [...scope.querySelectorAll("[data-field]")]
        .filter((one) => one.closest("[data-row]") === row)
        .map((one) => [one.dataset.field, valueOf(one)]));
  },

  textOf(one) {
    return one.textContent.trim().replace(/\s+/g, " ");
  },
})
