// Findings beside the field that they are about, with the written reason where one is asked for.
import { make, setAttribute } from "./dom.js";

export class Messages {
  constructor(root, sheet, fields, placeName, justifications, say, readonly) {
    Object.assign(this, { root, sheet, fields, placeName, justifications, say, readonly });
    this.extra = new Map(); // path -> findings that only the server can make
    this.collect();
    for (const drawn of root.querySelectorAll("[data-finding]")) drawn.remove();
  }

  /** Finds the boxes that the page has now. */
  collect() {
    this.boxes = new Map();
    for (const box of this.root.querySelectorAll("[data-messages]")) this.boxes.set(box.dataset.messages, box);
  }

  /** All findings at a path: the sheet's own and the server's. */
  findingsAt(path) {
    return [
      ...this.sheet.findingsAt(path),
      ...(this.sheet.isRelevant(path) ? this.extra.get(path) || [] : []),
    ];
  }

  render(path) {
    const field = this.fields.at(path);
    const cell = field?.closest("td.dt-cell");
    const box = this.boxes.get(cell ? cell.closest("tr").dataset.row : path);
    const findings = this.findingsAt(path);
    if (!box || (!findings.length && !document.getElementById(`m:${path}`))) return;
    const place = document.getElementById(`m:${path}`) || this.makePlace(path, box);
    this.fill(place, findings, Boolean(cell));
    if (!place.childElementCount) place.remove();
    this.mark(field, cell || box.closest("[data-question]"), findings, place.isConnected);
    const line = box.closest("[data-messages-row]");
    if (line) line.hidden = !box.childElementCount || Boolean(cell?.closest("tr").hidden);
  }

  makePlace(path, box) {
    const place = make("div", { class: "dt-place", id: `m:${path}`, "data-place": path });
    const { order } = this.sheet;
    const later = [...box.children].find((other) => order.get(other.dataset.place) > order.get(path));
    box.insertBefore(place, later || null);
    return place;
  }

  /** Keeps what stays, so that a reason which is being typed is not disturbed. */
  fill(place, findings, inTable) {
    const drawn = new Map(
      [...place.querySelectorAll("[data-finding]")].map((it) => [it.dataset.finding, it]),
    );
    for (const finding of findings) {
      const old = drawn.get(finding.key);
      drawn.delete(finding.key);
      if (old) old.querySelector("[data-text]").textContent = finding.text;
      else place.append(this.makeFinding(finding, inTable));
    }
    for (const gone of drawn.values()) gone.remove();
  }

  makeFinding(finding, inTable) {
    return make(
      "div",
      { class: `dt-msg is-${finding.severity}`, "data-finding": finding.key },
      make(
        "p",
        {},
        inTable ? make("strong", {}, `${this.placeName(finding.path)}: `) : null,
        make("span", { "data-text": true }, finding.text),
      ),
      finding.justify ? this.makeReason(finding) : null,
    );
  }

  makeReason(finding) {
    const area = make("textarea", {
      class: "form-control",
      rows: "2",
      "data-justify": finding.key,
      readonly: this.readonly,
    });
    area.value = this.justifications.get(finding.key) || "";
    return make("label", { class: "dt-justify" }, make("span", {}, this.say("justification")), area);
  }

  mark(field, around, findings, described) {
    const hard = findings.some((finding) => finding.severity === "hard");
    around?.classList.toggle("is-hard", hard);
    around?.classList.toggle("is-soft", !hard && findings.length > 0);
    if (!field) return;
    if (field.tagName !== "FIELDSET") setAttribute(field, "aria-invalid", hard && "true");
    const hint = document.getElementById(`h:${field.dataset.field}`);
    setAttribute(
      field,
      "aria-describedby",
      [hint?.id, described && `m:${field.dataset.field}`].filter(Boolean).join(" "),
    );
    field.dispatchEvent(new CustomEvent("dt-shown"));
  }
}
