// The fields of the page by path: what stands in them, and how a stored string is shown in them.
import { canonical, shown } from "./numbers.js";
import { WIDGETS } from "./widgets.js";

export class Fields {
  constructor(root, sheet) {
    this.root = root;
    this.sheet = sheet;
    this.touched = new Set(); // paths of fields with input since they were last shown
    this.collect();
  }

  /** Finds the fields that the page has now, in their order. */
  collect() {
    this.byPath = new Map();
    for (const element of this.root.querySelectorAll("[data-field]"))
      this.byPath.set(element.dataset.field, element);
  }

  at(path) {
    return this.byPath.get(path);
  }

  /** The path of the field that an event came from; undefined when it came from elsewhere. */
  pathOf(target) {
    return target.closest?.("[data-field]")?.dataset.field;
  }

  /** How a field of several inputs is read and shown; undefined for a single one. */
  widget(element) {
    return WIDGETS[element.dataset.widget];
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
    const widget = this.widget(element);
    if (widget) return this.touched.has(path) || !sameShown(widget, element, stored) ? widget.read(element) : stored;
    if (element.matches("select")) return element.value;
    const same = [true, false].some((editing) => element.value === shown(stored, node, editing));
    return same && !this.touched.has(path) ? stored : canonical(element.value, node.type, false, node.appearance);
  }

  /** Writes the sheet's string into the field; numbers lose their grouping while they are edited. */
  show(path, editing = false) {
    const element = this.at(path);
    if (!element) return;
    this.touched.delete(path);
    const value = this.sheet.stored(path);
    const widget = this.widget(element);
    if (widget) {
      widget.show(element, value);
      return;
    }
    const text = element.matches("select") ? value : shown(value, this.sheet.node(path), editing);
    if (element.value !== text) element.value = text;
    element.dispatchEvent(new CustomEvent("dt-shown"));
  }

  /** What takes the focus in a field. */
  target(path) {
    const element = this.at(path);
    if (!element) return null;
    const inside = element.matches("fieldset") ? "input:not([type=hidden], [type=search]), button, select:not([hidden])" : null;
    const box = element.hidden ? element.parentElement.querySelector("[role=combobox]") : null;
    return (inside && element.querySelector(inside)) ?? box ?? element;
  }

  /** Moves the reader to a field, or to a row, with room around it. */
  jump(path) {
    const target = this.target(path) ?? document.getElementById(path);
    if (!target) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "center", inline: "center", behavior: calm ? "auto" : "smooth" });
  }
}

/** Whether the field still holds what the stored string shows as. */
function sameShown(widget, element, stored) {
  if (element.dataset.widget === "radios" || element.dataset.widget === "checkboxes") return false;
  return widget.read(element) === stored;
}
