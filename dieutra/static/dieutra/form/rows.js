// The rows of repeats on the page: made from their template, removed, numbered, put into the sheet's order.
import { namesIn, splitRow } from "./places.js";

const NEW_ROW = "0"; // the name of the row in a template

export class Rows {
  /** `equip` gives life to what a new row brings; `title` says what a row is called. */
  constructor(sheet, { equip, title }) {
    Object.assign(this, { sheet, equip, title });
  }

  repeat(list) {
    return document.getElementById(list);
  }

  /** Draws the lists that have changed, outer ones first, with what is inside new rows; true when anything moved. */
  draw(lists) {
    let moved = false;
    for (const list of [...lists].sort((one, other) => one.length - other.length)) {
      const repeat = this.repeat(list);
      if (repeat) moved = this.arrange(repeat, list) || moved;
    }
    return moved;
  }

  arrange(repeat, list) {
    const wanted = (this.sheet.rows.get(list) || []).map((name) => `${list}[${name}]`);
    const drawn = new Map(entriesOf(repeat).map((entry) => [entry.dataset.rowOf, entry]));
    const template = repeat.querySelector(`[data-row-template="${CSS.escape(list)}"]`);
    for (const [path, entry] of drawn) if (!wanted.includes(path)) entry.remove();
    let before = repeat.querySelector(":scope > [data-rows]")?.firstElementChild ?? firstLine(repeat);
    for (const path of wanted) {
      const entry = drawn.get(path) ?? this.make(template, list, path);
      if (entry === before) {
        before = entry.nextElementSibling;
        continue;
      }
      if (repeat.classList.contains("is-grid")) template.parentElement.insertBefore(entry, before ?? template);
      else repeat.querySelector(":scope > [data-rows]").insertBefore(entry, before);
      if (!drawn.has(path)) this.begin(entry);
    }
    repeat.querySelector(":scope > [data-no-rows]").hidden = wanted.length > 0;
    const names = repeat.querySelector(`:scope > input[name="${CSS.escape(list)}"]`);
    if (names) names.value = (this.sheet.rows.get(list) || []).join(" ");
    repeat.querySelector(":scope > [data-table-box]")?.classList.toggle("is-long", wanted.length > 12);
    this.number(repeat);
    return true;
  }

  /** A row from its template, with the new name in all ids and paths. */
  make(template, list, path) {
    const entry = document.importNode(template.content, true).firstElementChild;
    rename(entry, `${list}[${NEW_ROW}]`, path);
    return entry;
  }

  /** Gives life to a new row, then to its inner lists. */
  begin(entry) {
    this.equip(entry);
    for (const inner of entry.querySelectorAll("[data-repeat]"))
      if (this.sheet.rows.has(inner.dataset.repeat)) this.arrange(inner, inner.dataset.repeat);
  }

  number(repeat) {
    entriesOf(repeat).forEach((entry, at) => this.entitle(entry, at + 1));
  }

  /** Writes a row's title at its head and into the name of its button. */
  entitle(entry, number) {
    const title = this.title(entry.dataset.rowOf, number);
    const own = (selector) => [...entry.querySelectorAll(selector)].filter((it) => it.closest("[data-row-of]") === entry);
    for (const place of own("[data-row-title]")) setText(place, title);
    for (const place of own("[data-row-name]")) setText(place, ` ${title}`);
    for (const place of own("[data-row-number]")) setText(place, String(number));
  }

  /** Writes the title of a row anew, because what it shows has changed. */
  entitleAt(row) {
    const [list, name] = splitRow(row);
    const entry = document.getElementById(row);
    if (entry) this.entitle(entry, (this.sheet.rows.get(list) || []).indexOf(name) + 1);
  }

  /** The name of a new row: one that no row of this response has had, as far as anyone here knows. */
  newName(list) {
    const start = `${list}[`;
    const names = namesIn(this.sheet.stored(list)).map(Number);
    for (const path of [...this.sheet.raw.keys(), ...(this.had ?? [])])
      if (path.startsWith(start)) names.push(Number.parseInt(path.slice(start.length), 10));
    return String(Math.max(0, ...names) + 1);
  }

  /** What adding a row changes; the row's path. */
  adding(list) {
    const row = `${list}[${this.newName(list)}]`;
    (this.had ??= new Set()).add(row);
    const names = [...namesIn(this.sheet.stored(list)), splitRow(row)[1]];
    return { row, changes: [[list, names.join(" ")], ...this.sheet.newRow(row)] };
  }

  /** What removing a row changes: its name leaves the list, its answers are cleared, all others stay. */
  removing(row) {
    const [list, name] = splitRow(row);
    (this.had ??= new Set()).add(row);
    const left = namesIn(this.sheet.stored(list)).filter((it) => it !== name);
    const inside = [...this.sheet.raw.keys()].filter((path) => path.startsWith(`${row}/`));
    const typed = inside.filter((path) => !this.sheet.node(path)?.calculate);
    return [[list, left.join(" ")], ...typed.map((path) => [path, ""])];
  }
}

function entriesOf(repeat) {
  const box = repeat.querySelector(":scope > [data-rows], :scope > [data-table-box] > table");
  return [...box.children].filter((child) => child.dataset.rowOf !== undefined);
}

function firstLine(repeat) {
  return entriesOf(repeat)[0] ?? null;
}

/** Puts a path in the place of another in all attributes, in templates too. */
function rename(element, from, to) {
  for (const { name, value } of [...element.attributes])
    if (value.includes(from)) element.setAttribute(name, value.replaceAll(from, to));
  const inside = element.content ? element.content.children : element.children;
  for (const child of inside) rename(child, from, to);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
