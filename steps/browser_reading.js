// Reads a page of a portal: the lines of one kind of table, or (kind null) what stands outside of tables.
(kind) => {
  const textOf = (one) => one.textContent.trim().replace(/\s+/g, " ");
  const valueOf = (one) => one.dataset.value ?? (one.matches("input, select, textarea") ? one.value : textOf(one));
  const fieldsOf = (scope, row) => Object.fromEntries(
    [...scope.querySelectorAll("[data-field]")]
      .filter((one) => one.closest("[data-row]") === row)
      .map((one) => [one.dataset.field, valueOf(one)]));
  const actionsOf = (row) => Object.fromEntries(
    [...row.querySelectorAll("[data-action]:not(summary)")].map((one) => [one.dataset.action, textOf(one)]));
  if (kind === null) return fieldsOf(document, null);
  return [...document.querySelectorAll(`[data-row="${kind}"]`)]
    .map((row) => ({...fieldsOf(row, row), id: row.id, actions: actionsOf(row)}));
}
