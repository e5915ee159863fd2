// Draws again what a question offers, when that depends on other answers. What was chosen and is no longer offered
// stays visible and is said to be gone; nothing is dropped in silence.
import { make } from "./dom.js";
import { makeRank, showRank } from "./rank.js";

export class Options {
  constructor(sheet, fields, say, commit) {
    Object.assign(this, { sheet, fields, say, commit });
  }

  draw(path) {
    const element = this.fields.at(path);
    if (!element || !this.sheet.node(path).itemset) return;
    const offered = this.offered(path);
    if (element.matches("select")) this.drawSelect(element, offered);
    else if (element.dataset.widget === "rank") this.drawRank(element, offered, path);
    else this.drawButtons(element, offered);
    this.fields.show(path);
  }

  /** The choices with what was chosen of others at the end. */
  offered(path) {
    const node = this.sheet.node(path);
    const choices = this.sheet.choices(path) || [];
    const known = new Set(choices.map(({ value }) => value));
    const stored = this.sheet.stored(path);
    const chosen = node.type === "select1" ? [stored] : stored.split(/\s+/);
    const gone = chosen
      .filter((value) => value && !known.has(value))
      .map((value) => ({ value, text: `${this.sheet.labelOf(path, value)} ${this.say("notOffered")}`, gone: true }));
    return [...choices.map(({ value, label }) => ({ value, text: this.sheet.text(label) || value })), ...gone];
  }

  drawSelect(select, offered) {
    const options = offered.map(({ value, text, gone }) => make("option", { value, "data-gone": gone }, text));
    select.replaceChildren(select.options[0], ...options);
  }

  drawButtons(element, offered) {
    const type = element.dataset.widget === "radios" ? "radio" : "checkbox";
    const box = element.querySelector("[data-options]");
    const { activeElement } = document;
    const focused = box.contains(activeElement) ? activeElement.value : null;
    box.replaceChildren(
      ...offered.map(({ value, text, gone }) =>
        make(
          "label",
          { class: gone ? "dt-choice is-gone" : "dt-choice" },
          make("input", { type, name: element.dataset.field, value }),
          make("span", {}, text),
        ),
      ),
    );
    if (focused !== null) [...box.querySelectorAll("input")].find((input) => input.value === focused)?.focus();
  }

  drawRank(element, offered, path) {
    const lines = offered.map(({ value, text }) =>
      make("li", { "data-value": value }, make("span", { class: "dt-rank-label" }, text)),
    );
    element.querySelector("[data-rank]").replaceChildren(...lines);
    makeRank(element, this.say, () => this.commit(path));
    showRank(element, this.sheet.stored(path));
  }
}
