// Remarks at a cell: a click (or Enter) on a field of the form under review opens a box for a remark beside the decision.

const form = document.querySelector("[data-review]");
const box = form.querySelector("[data-remarks]");

function words(field) {
  const rows = [];
  for (let row = field.closest(".dt-entry, tbody[data-row-of]"); row; row = row.parentElement.closest(".dt-entry, tbody[data-row-of]"))
    rows.unshift(row.querySelector("[data-row-title]").textContent.trim());
  return [...rows, fieldWords(field, rows.length > 0)].join(" · ");
}

function fieldWords(field, inRow) {
  const labels = (field.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id));
  const said = labels.filter((label) => label && !(inRow && label.querySelector("[data-row-title]"))).map((label) => label.textContent.trim());
  if (said.length) return said.join(" – ");
  const label = field.closest("[data-question]")?.querySelector("label, legend");
  return label ? label.textContent.trim() : field.dataset.field;
}

function remark(field) {
  form.closest("details").open = true;
  const path = field.dataset.field;
  const name = `comment:${path}`;
  const standing = form.elements.namedItem(name);
  if (standing) return standing.focus();
  const row = document.createElement("p");
  const label = document.createElement("label");
  label.className = "form-label d-block";
  label.textContent = words(field);
  const input = document.createElement("input");
  Object.assign(input, { className: "form-control", name, maxLength: 2000, placeholder: "Nhận xét tại ô này" });
  const drop = document.createElement("button");
  Object.assign(drop, { type: "button", className: "btn btn-link btn-sm p-0", textContent: "Bỏ nhận xét này" });
  drop.addEventListener("click", () => { row.remove(); mark(path, false); });
  label.append(input);
  row.append(label, drop);
  box.append(row);
  mark(path, true);
  input.focus();
  return undefined;
}

function mark(path, on) {
  document.querySelectorAll("[data-field]").forEach((field) => {
    if (field.dataset.field === path) field.classList.toggle("is-remarked", on);
  });
}

document.body.classList.add("dt-reviewing");
document.querySelectorAll("[data-question]").forEach((question) => {
  const field = question.querySelector("[data-field]");
  if (!field) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn btn-link btn-sm p-0", textContent: "Nhận xét" });
  const about = document.createElement("span");
  Object.assign(about, { className: "visually-hidden", textContent: ` về ${words(field)}` });
  button.append(about);
  button.addEventListener("click", (event) => { event.stopPropagation(); remark(field); });
  question.append(button);
});
document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-field], [data-question]");
  const field = place?.matches("[data-field]") ? place : place?.querySelector("[data-field]");
  if (field && !event.target.closest("a, button, textarea")) remark(field);
});
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-field]");
  if (field && event.key === "Enter") { event.preventDefault(); remark(field); }
});
