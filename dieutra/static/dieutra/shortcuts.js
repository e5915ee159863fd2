// Single-key shortcuts of the review pages: off while typing, off for whoever turned them off on this machine.

const STORE = "dieutra.shortcuts";

function allowed() {
  try { return localStorage.getItem(STORE) !== "off"; } catch { return true; }
}

function remember(on) {
  try { localStorage.setItem(STORE, on ? "on" : "off"); } catch { /* a browser that keeps nothing: on until the next page */ }
}

function typing(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

export function shortcuts(actions) {
  const box = document.querySelector("[data-shortcuts]");
  const tick = box?.querySelector("[data-shortcuts-on]");
  let on = allowed();
  if (tick) {
    tick.checked = on;
    tick.addEventListener("change", () => { on = tick.checked; remember(on); });
  }
  const keys = { ...actions, "?": () => { if (box) { box.open = !box.open; if (box.open) box.querySelector("summary").focus(); } } };
  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
