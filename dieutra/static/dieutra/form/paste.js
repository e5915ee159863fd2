// Pasting a block of cells, and copying one: what fits, what is left out, and why.
import { blockHtml, blockText, parseBlock } from "./clipboard.js";
import { canonical, shown } from "./numbers.js";

const MOST_LISTED = 6;

export class Paste {
  constructor(sheet, fields, placeName, say) {
    Object.assign(this, { sheet, fields, placeName, say });
  }

  /** Changes for a block put down at a place; one value fills the whole selected range. */
  plan(text, place) {
    const block = parseBlock(text);
    const { grid } = place;
    const { top, left, bottom, right } = grid.range(place);
    const single = block.length === 1 && block[0].length === 1;
    const height = single ? bottom - top + 1 : block.length;
    const changes = [];
    const leftOut = [];
    for (let r = 0; r < height; r++) {
      const line = single ? Array(right - left + 1).fill(block[0][0]) : block[r];
      line.forEach((value, c) => this.put(grid, top + r, left + c, value, [r, c], changes, leftOut));
    }
    return { changes, leftOut };
  }

  put(grid, r, c, text, [line, column], changes, leftOut) {
    const field = grid.field(r, c);
    const path = field?.dataset.field;
    if (field && this.fields.isOpen(path)) {
      changes.push([path, canonical(text, this.sheet.node(path).type, true)]);
      return;
    }
    if (!text.trim()) return;
    const at = path
      ? this.placeName(path)
      : this.say("outsideAt", line + 1, column + 1, text.trim().slice(0, 20));
    leftOut.push({ at, path, text, inside: r < grid.height && c < grid.width });
  }

  /** Why each value was left out; to be asked after the commit, when the totals are known. */
  report(leftOut) {
    const differing = leftOut.map((it) => ({ ...it, reason: this.reason(it) })).filter((it) => it.reason);
    const lines = differing.slice(0, MOST_LISTED).map(({ at, reason }) => `${at}: ${reason}`);
    if (differing.length > MOST_LISTED) lines.push(this.say("andMore", differing.length - MOST_LISTED));
    return { count: differing.length, lines };
  }

  reason({ path, text, inside }) {
    if (!path) return this.say(inside ? "blockedCell" : "outside");
    const node = this.sheet.node(path);
    if (!node.calculate) return this.say(this.sheet.isRelevant(path) ? "readonlyCell" : "hiddenCell");
    const [pasted, computed] = [canonical(text, node.type), this.sheet.stored(path)];
    if (Number(pasted) === Number(computed)) return "";
    return this.say("calculatedDiffers", text.trim(), shown(computed, node) || "–");
  }

  /** Puts the selected range on the clipboard; the number of cells. */
  copy(grid, place, clipboard) {
    const { top, left, bottom, right } = grid.range(place);
    const [texts, numbers] = [[], []];
    for (let r = top; r <= bottom; r++) {
      const paths = grid.fields[r].slice(left, right + 1).map((field) => field?.dataset.field);
      texts.push(paths.map((path) => this.shownAt(path)));
      numbers.push(paths.map((path) => this.numberAt(path)));
    }
    clipboard.setData("text/plain", blockText(texts));
    clipboard.setData("text/html", blockHtml(texts, numbers));
    return texts.length * texts[0].length;
  }

  shownAt(path) {
    return path && this.sheet.isRelevant(path)
      ? shown(this.sheet.stored(path), this.sheet.node(path), true)
      : "";
  }

  numberAt(path) {
    const value = path && this.sheet.isRelevant(path) ? this.sheet.stored(path) : "";
    return /^-?[0-9]+(\.[0-9]+)?$/.test(value) && ["int", "decimal"].includes(this.sheet.node(path).type)
      ? value
      : null;
  }
}
