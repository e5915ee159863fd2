// Starts the form on the page and passes events on; one listener of each kind for the whole form.
import { Desk } from "./desk.js";

/** Reads the two JSON blocks of the page and brings the form to life. */
export function start(page) {
  const root = page.querySelector("[data-dt-form]");
  if (!root) return null;
  const read = (id) => JSON.parse(page.getElementById(id).textContent);
  const desk = new Desk(root, read("form-model"), read("form-state"));
  desk.start();
  listen(root, desk);
  root.dataset.ready = String(Math.round(performance.now()));
  return desk;
}

function listen(root, desk) {
  root.querySelectorAll("[data-table-box]").forEach(hintAtMore);
  const isText = (element) => element.matches?.("input.dt-input, textarea.dt-input");
  root.addEventListener("focusin", (event) => isText(event.target) && enter(event.target, desk));
  root.addEventListener("focusout", (event) => isText(event.target) && leave(event.target, desk));
  root.addEventListener("input", (event) => typing(event.target, desk));
  root.addEventListener(
    "change",
    (event) => isText(event.target) || desk.commitField(desk.fields.pathOf(event.target)),
  );
  root.addEventListener("keydown", (event) => press(event, desk));
  root.addEventListener("mousedown", (event) => pressMouse(event, desk));
  root.addEventListener("paste", (event) => paste(event, desk));
  root.addEventListener("copy", (event) => copy(event, desk));
  root.addEventListener("cut", (event) => copy(event, desk) && desk.clear(desk.grids.place(event.target)));
  root.addEventListener("submit", (event) => submit(event, desk));
}

/** Shows at the edges of a wide table that there is more to the side. */
function hintAtMore(box) {
  const draw = () => {
    box.classList.toggle("is-scrolled", box.scrollLeft > 1);
    box.classList.toggle("has-more", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  };
  box.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(draw).observe(box);
}

function enter(field, desk) {
  const before = field.value;
  desk.fields.show(field.dataset.field, true);
  // A value written anew loses the selection that Tab made: what is typed next would stand behind the old number.
  if (field.value !== before || desk.grids.place(field)) field.select();
}

function leave(field, desk) {
  const path = field.dataset.field;
  desk.commitField(path);
  desk.fields.show(path);
}

function typing(target, desk) {
  if (target.dataset.justify !== undefined) desk.giveReason(target.dataset.justify, target.value.trim());
  else if (target.dataset.field) desk.keepTyping(target.dataset.field);
}

function press(event, desk) {
  const field = event.target.closest("[data-field]");
  const command = event.ctrlKey || event.metaKey;
  const isUndo = command && event.key.toLowerCase() === "z";
  const isRedo = command && (event.key.toLowerCase() === "y" || (isUndo && event.shiftKey));
  if (field && (isUndo || isRedo) && !(field.matches("input, textarea") && desk.isTyping(field))) {
    event.preventDefault();
    desk.undo(!isRedo);
  } else if (field && desk.keys.press(event, field)) {
    event.preventDefault();
  } else if (field && event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault(); // Enter in a field is no submission.
    nextField(field, desk);
  }
}

function nextField(field, desk) {
  desk.commitField(field.dataset.field); // what it brings, such as rows, may be what comes next
  const all = [...desk.fields.byPath.keys()];
  const next = all
    .slice(all.indexOf(field.dataset.field) + 1)
    .find((path) => desk.fields.isOpen(path) && isVisible(desk.fields.at(path)));
  if (next) desk.fields.target(next).focus();
}

function isVisible(element) {
  return element.getClientRects().length > 0 || Boolean(element.hidden && element.matches("select"));
}

function pressMouse(event, desk) {
  const target = event.target.closest("td.dt-cell")?.querySelector("[data-field]");
  const to = target && desk.grids.place(target);
  const from = desk.grids.place(document.activeElement);
  if (event.shiftKey && to && from && from.grid === to.grid) {
    event.preventDefault();
    to.grid.select(from.grid.anchor ?? { r: from.r, c: from.c }, { r: to.r, c: to.c });
    desk.saySelection(to.grid.range(to));
  } else {
    desk.grids.unselect();
  }
}

function paste(event, desk) {
  const place = desk.grids.place(event.target);
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!place || !text || desk.state.readonly) return;
  const whole = event.target.selectionStart === 0 && event.target.selectionEnd === event.target.value.length;
  if (!/[\t\n]/.test(text.trimEnd()) && !whole && !place.grid.hasRange) return;
  event.preventDefault();
  desk.pasteAt(place, text);
}

function copy(event, desk) {
  const place = desk.grids.place(event.target);
  if (!place?.grid.hasRange) return false;
  event.preventDefault();
  desk.announce("copied", desk.paste.copy(place.grid, place, event.clipboardData));
  return true;
}

/** With JavaScript the buttons save without leaving; checking goes on only when everything is saved. */
async function submit(event, desk) {
  const button = event.submitter;
  event.preventDefault();
  if (button?.name === "seen") return see(button, desk);
  if (button?.name === "add-row") return desk.repeats.add(button.value);
  if (button?.name === "remove-row") return desk.repeats.remove(button.value);
  desk.commitFocused();
  const done = await desk.saving.draft.save();
  if (done && button?.value === "check") location.assign(desk.state.urls.check);
  if (done && button?.value.startsWith("lang:")) location.assign(`?lang=${button.value.slice(5)}`);
  return done;
}

function see(button, desk) {
  const comment = button.closest("[data-comment]");
  comment.classList.add("is-seen");
  const line = document.createElement("p");
  line.className = "dt-byline";
  line.textContent = `✓ ${desk.say("seen")}`;
  button.replaceWith(line);
  desk.saving.draft.noteSeen(button.value);
}
