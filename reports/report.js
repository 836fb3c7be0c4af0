"use strict";
const rows = [...document.querySelectorAll("#requirements tbody tr")];
const search = document.getElementById("search");
const boxes = [...document.querySelectorAll("input[name=verdict]")];
const shown = document.getElementById("shown");

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !(verdicts.has(row.dataset.verdict) && words.every((word) => text.includes(word)));
    count += row.hidden ? 0 : 1;
  }
  shown.textContent = count === rows.length ? `all ${count}` : `${count} of ${rows.length}`;
}

function reveal() {
  const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (!target) return;
  if (target.hidden) {
    search.value = "";
    boxes.forEach((box) => { box.checked = true; });
    filter();
  }
  const details = target.querySelector("details");
  if (details) details.open = true;
  target.scrollIntoView({ block: "center" });
}

search.addEventListener("input", filter);
boxes.forEach((box) => box.addEventListener("change", filter));
addEventListener("hashchange", reveal);
addEventListener("beforeprint", () => {
  document.querySelectorAll(".finding details").forEach((details) => { details.open = true; });
});
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}
document.querySelector(".controls").hidden = false;
filter();
reveal();
