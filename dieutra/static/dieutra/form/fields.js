// The fields of the page by path: what stands in them, and how a stored string is shown in them.
import { canonical, shown } from "./numbers.js";

export class Fields {
  constructor(root, sheet) {
    this.sheet = sheet;
    this.byPath = new Map();
    this.touched = new Set(); // paths of fields with input since they were last shown
    for (const element of root.querySelectorAll("[data-field]"))
      this.byPath.set(element.dataset.field, element);
  }

  at(path) {
    return this.byPath.get(path);
  }

  /** The path of the field that an event came from; undefined when it came from elsewhere. */
  pathOf(target) {
    return target.closest?.("[data-field]")?.dataset.field;
  }

  isChoices(element) {
    return element.tagName === "FIELDSET";
  }

  /** Whether a person may type here now. */
  isOpen(path) {
    const element = this.at(path);
    return Boolean(element) && !element.readOnly && !element.disabled && this.sheet.isRelevant(path);
  }

  /** The stored string for what stands in the field; text that nobody has touched is not read anew. */
  read(path) {
    const element = this.at(path);
    const node = this.sheet.node(path);
    const stored = this.sheet.stored(path);
    if (!this.isChoices(element)) {
      const same = [true, false].some((editing) => element.value === shown(stored, node, editing));
      return same && !this.touched.has(path) ? stored : canonical(element.value, node.type);
    }
    return [...element.querySelectorAll("input:checked")].map((input) => input.value).join(" ");
  }

  /** Writes the sheet's string into the field; numbers lose their grouping while they are edited. */
  show(path, editing = false) {
    const element = this.at(path);
    if (!element) return;
    this.touched.delete(path);
    const value = this.sheet.stored(path);
    if (this.isChoices(element)) {
      const chosen = value.split(" ");
      for (const input of element.querySelectorAll("input:not([type=hidden])"))
        input.checked = chosen.includes(input.value);
      return;
    }
    const text = shown(value, this.sheet.node(path), editing);
    if (element.value !== text) element.value = text;
  }

  /** Moves the reader to a field, with room around it. */
  jump(path) {
    const element = this.at(path);
    if (!element) return;
    const target = this.isChoices(element) ? element.querySelector("input:not([type=hidden])") : element;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "center", inline: "center", behavior: calm ? "auto" : "smooth" });
  }
}
