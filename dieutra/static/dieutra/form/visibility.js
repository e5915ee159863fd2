// Shows and hides what is relevant or not, and closes fields that are read-only for now.

const HOLDERS = ["question", "group", "note", "tableBlock", "row", "section", "nav", "repeat", "rowOf"];
const ANY_HOLDER = HOLDERS.map((name) => `[data-${name.replace(/[A-Z]/g, (it) => `-${it.toLowerCase()}`)}]`).join();

export class Visibility {
  constructor(root, sheet, fields, readonly) {
    Object.assign(this, { root, sheet, fields, readonly });
    this.fixed = new Set();
    this.known = new Set();
    this.collect();
  }

  /** Finds what the page has now. */
  collect() {
    this.holders = new Map();
    for (const [path, field] of this.fields.byPath) {
      if (!this.known.has(field) && (field.readOnly || field.disabled)) this.fixed.add(path);
      this.known.add(field);
    }
    for (const element of this.root.querySelectorAll(ANY_HOLDER)) {
      for (const name of HOLDERS) if (name in element.dataset) this.add(element.dataset[name], element);
    }
    this.messageRows = new Map(
      [...this.root.querySelectorAll("[data-messages-row]")].map((row) => [row.dataset.messagesRow, row]),
    );
    this.marks = new Map(
      [...this.root.querySelectorAll("[data-required]")].map((mark) => [mark.dataset.required, mark]),
    );
  }

  add(path, element) {
    if (!this.holders.has(path)) this.holders.set(path, []);
    this.holders.get(path).push(element);
  }

  applyAll() {
    for (const path of this.holders.keys()) this.apply(path);
  }

  apply(path) {
    const relevant = this.sheet.isRelevant(path);
    for (const holder of this.holders.get(path) || []) holder.hidden = !relevant;
    const line = this.messageRows.get(path);
    if (line) line.hidden = !relevant || !line.querySelector("[data-place]");
    this.mark(path);
    const field = this.fields.at(path);
    if (!field) return;
    field.closest("td.dt-cell")?.classList.toggle("is-off", !relevant);
    this.close(field, this.readonly || this.fixed.has(path) || this.sheet.readonly.has(path));
  }

  /** Says whether an answer is required, where that depends on others. */
  mark(path) {
    const mark = this.marks.get(path);
    if (mark) mark.hidden = !this.sheet.required.has(path);
  }

  close(field, closed) {
    if ("readOnly" in field) field.readOnly = closed;
    else field.disabled = closed;
    field.dispatchEvent(new CustomEvent("dt-shown"));
  }
}
