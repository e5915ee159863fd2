// A long list to choose from by typing: an accessible combobox over the select, which keeps the answer.
import { make } from "./dom.js";
import { searchKey } from "./search.js";

const MOST_SHOWN = 100;

export class Combobox {
  constructor(select, label, say) {
    Object.assign(this, { select, say });
    const id = select.id;
    this.list = make("ul", { role: "listbox", id: `l:${id}`, class: "dt-listbox", "aria-label": label, hidden: true });
    this.input = make("input", {
      type: "text",
      role: "combobox",
      class: "form-control dt-search",
      id: `b:${id}`,
      "aria-expanded": "false",
      "aria-controls": `l:${id}`,
      "aria-autocomplete": "list",
      "aria-label": label,
      autocomplete: "off",
      placeholder: say("searchList"),
    });
    this.box = make("div", { class: "dt-combobox" }, this.input, this.list);
    select.after(this.box);
    select.hidden = true;
    this.at = -1;
    this.listen();
    this.follow();
  }

  listen() {
    this.input.addEventListener("input", (event) => {
      event.stopPropagation();
      this.open(this.input.value);
    });
    this.input.addEventListener("change", (event) => event.stopPropagation());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("click", () => this.list.hidden && this.open(""));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option.dataset.value);
    });
    this.select.addEventListener("dt-shown", () => this.follow());
  }

  /** Shows what the select holds. */
  follow() {
    const chosen = this.select.selectedOptions[0];
    this.input.disabled = this.select.disabled;
    for (const name of ["aria-invalid", "aria-describedby"]) {
      const value = this.select.getAttribute(name);
      if (value) this.input.setAttribute(name, value);
      else this.input.removeAttribute(name);
    }
    if (document.activeElement === this.input && !this.list.hidden) return;
    this.input.value = chosen?.value ? chosen.textContent : "";
  }

  open(text) {
    const wanted = searchKey(text);
    const fits = [...this.select.options].filter((it) => it.value && searchKey(it.textContent).includes(wanted));
    const shown = fits.slice(0, MOST_SHOWN).map((option, at) =>
      make(
        "li",
        {
          role: "option",
          id: `${this.list.id}:${at}`,
          "data-value": option.value,
          "aria-selected": String(option.selected),
        },
        option.textContent,
      ),
    );
    const rest = fits.length - shown.length;
    const note = rest > 0 ? this.say("moreChoices", rest) : fits.length ? "" : this.say("noChoice");
    this.list.replaceChildren(...shown, ...(note ? [make("li", { class: "dt-listbox-note", role: "option", "aria-disabled": "true", "aria-selected": "false" }, note)] : []));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.point(text && fits.length ? 0 : shown.findIndex((it) => it.getAttribute("aria-selected") === "true"));
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /** Marks the line that Enter would take. */
  point(at) {
    const lines = [...this.list.querySelectorAll("[data-value]")];
    this.at = lines.length ? Math.max(-1, Math.min(lines.length - 1, at)) : -1;
    lines.forEach((line, index) => line.classList.toggle("is-active", index === this.at));
    const line = lines[this.at];
    if (line) this.input.setAttribute("aria-activedescendant", line.id);
    else this.input.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen) this.open("");
      else this.point(this.at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && isOpen) {
      const line = this.list.querySelectorAll("[data-value]")[this.at];
      if (line) this.choose(line.dataset.value);
    } else if (event.key === "Escape" && isOpen) {
      this.close();
      this.follow();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(value) {
    this.close();
    this.select.value = value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.follow();
  }

  /** Leaving with an emptied box clears the answer; half a word changes nothing. */
  leave() {
    this.close();
    if (!this.input.value.trim() && this.select.value) this.choose("");
    else this.follow();
  }
}

/** A box above many checkboxes that hides those that do not fit. */
export function makeFilter(fieldset, say) {
  const box = fieldset.querySelector("[data-options]");
  const label = say("filterList");
  const input = make("input", { type: "search", class: "form-control dt-search", "aria-label": label, placeholder: label });
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    const wanted = searchKey(input.value);
    for (const choice of box.children)
      choice.hidden = !searchKey(choice.textContent).includes(wanted) && !choice.querySelector(":checked");
  });
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  box.before(input);
}
