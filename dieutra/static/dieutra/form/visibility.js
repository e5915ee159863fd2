// Shows and hides what is relevant or not, and closes fields that are read-only for now.

const HOLDERS = ["question", "group", "note", "tableBlock", "row", "section", "nav"];

export class Visibility {
  constructor(root, sheet, fields, readonly) {
    Object.assign(this, { sheet, fields, readonly });
    this.holders = new Map();
    this.fixed = new Set(
      [...fields.byPath].filter(([, field]) => field.readOnly || field.disabled).map(([path]) => path),
    );
    for (const name of HOLDERS) {
      const attribute = `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      for (const element of root.querySelectorAll(`[${attribute}]`)) this.add(element.dataset[name], element);
    }
    this.messageRows = new Map(
      [...root.querySelectorAll("[data-messages-row]")].map((row) => [row.dataset.messagesRow, row]),
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
    const field = this.fields.at(path);
    if (!field) return;
    field.closest("td.dt-cell")?.classList.toggle("is-off", !relevant);
    this.close(field, this.readonly || this.fixed.has(path) || this.sheet.readonly.has(path));
  }

  close(field, closed) {
    if ("readOnly" in field) field.readOnly = closed;
    else field.disabled = closed;
  }
}
