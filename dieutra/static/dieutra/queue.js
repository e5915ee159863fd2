// The queue by keyboard, and ticking many forms. Without it the page's checkboxes and links do the same.

import { shortcuts } from "./shortcuts.js";

const rows = [...document.querySelectorAll("[data-row]")];
const ticks = [...document.querySelectorAll("[data-queue] input[name=phieu]")];
const all = document.querySelector("input[data-all]");
const count = document.querySelector("[data-count]");
const approve = document.querySelector("[data-queue] [data-approve]");

function tell() {
  const chosen = ticks.filter((it) => it.checked).length;
  count.textContent = chosen ? `Đã chọn ${chosen} phiếu.` : "";
  approve.disabled = !chosen;
  all.checked = chosen > 0 && chosen === ticks.length;
}

function row() {
  return rows.find((it) => it.contains(document.activeElement));
}

function move(by) {
  const at = rows.indexOf(row());
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.querySelector("a").focus();
}

if (ticks.length) {
  document.querySelectorAll("[data-all]").forEach((it) => { it.hidden = false; });
  all.addEventListener("change", () => { ticks.forEach((it) => { it.checked = all.checked; }); tell(); });
  document.addEventListener("change", (event) => { if (ticks.includes(event.target)) tell(); });
}
if (approve) tell();

shortcuts({
  j: () => move(1),
  k: () => move(-1),
  a: () => {
    const tick = row()?.querySelector("input[name=phieu]");
    if (tick) { tick.checked = !tick.checked; tell(); }
  },
  r: () => {
    const link = row()?.querySelector("a");
    if (link) location.href = `${link.href}#tra-lai-phieu`;
  },
});
