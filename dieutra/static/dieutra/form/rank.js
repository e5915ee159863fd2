// Putting things into an order: buttons up and down on each line; without JavaScript a number is chosen for each.
import { make } from "./dom.js";

/** The values in their order; "" as long as nobody has ordered anything. */
export function readRank(element) {
  const list = element.querySelector("[data-rank]");
  return list.dataset.ordered === undefined ? "" : values(list).join(" ");
}

export function showRank(element, value) {
  const list = element.querySelector("[data-rank]");
  const order = value.split(/\s+/).filter(Boolean);
  if (order.length) list.dataset.ordered = "";
  else delete list.dataset.ordered;
  const lines = [...list.children];
  const place = (line) => {
    const at = order.indexOf(line.dataset.value);
    return at < 0 ? order.length + lines.indexOf(line) : at;
  };
  const sorted = [...lines].sort((one, other) => place(one) - place(other));
  if (sorted.some((line, at) => line !== lines[at])) list.append(...sorted);
  number(list);
}

function values(list) {
  return [...list.children].map((line) => line.dataset.value);
}

/** Gives each line its buttons; `commit` takes what the person has done. */
export function makeRank(element, say, commit) {
  const list = element.querySelector("[data-rank]");
  for (const line of list.children) {
    line.querySelector("select")?.setAttribute("hidden", "");
    const name = line.querySelector(".dt-rank-label").textContent;
    const button = (step, sign, word) =>
      make(
        "button",
        {
          type: "button",
          class: "dt-rank-move",
          "data-step": String(step),
          "aria-label": say(word, name),
          onclick: (event) => move(list, line, step, event.currentTarget, commit),
        },
        sign,
      );
    if (!line.querySelector(".dt-rank-move"))
      line.append(
        make("span", { class: "dt-rank-moves" }, button(-1, "↑", "rankUp"), button(1, "↓", "rankDown")),
      );
  }
  if (!element.querySelector("[data-keep-order]")) {
    const keep = () => {
      list.dataset.ordered = "";
      commit();
    };
    const attributes = { type: "button", class: "btn btn-sm", "data-keep-order": true, onclick: keep };
    list.after(make("button", attributes, say("rankKeep")));
  }
  number(list);
}

function move(list, line, step, button, commit) {
  const other = step < 0 ? line.previousElementSibling : line.nextElementSibling;
  list.dataset.ordered = "";
  if (other && step < 0) other.before(line);
  if (other && step > 0) other.after(line);
  number(list);
  commit();
  button.focus();
}

function number(list) {
  const ordered = list.dataset.ordered !== undefined;
  list.classList.toggle("is-ordered", ordered);
  const keep = list.parentElement.querySelector("[data-keep-order]");
  if (keep) keep.hidden = ordered;
}
