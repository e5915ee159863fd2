// The form as a whole: takes what the person does, lets the sheet compute, and shows what changed.
import { Banners } from "./banners.js";
import { equip } from "./equip.js";
import { Fields } from "./fields.js";
import { Grids } from "./grids.js";
import { History } from "./history.js";
import { Keys } from "./keys.js";
import { Messages } from "./messages.js";
import { Overview } from "./overview.js";
import { Options } from "./options.js";
import { Paste } from "./paste.js";
import { Repeats } from "./repeats.js";
import { rowsAbove } from "./places.js";
import { Rows } from "./rows.js";
import { Saving } from "./saving.js";
import { Sheet } from "./sheet.js";
import { Visibility } from "./visibility.js";
import { Wording } from "./wording.js";
import { wordsFor } from "./words.js";

const MOST_NESTED = 5;

export class Desk {
  constructor(root, form, state) {
    this.root = root;
    this.state = state;
    this.say = wordsFor(state.lang, state.local === false);
    this.placeName = this.placeName.bind(this);
    this.tableName = this.tableName.bind(this);
    this.sheet = new Sheet(form, state.answers, this.say, state.lang, state.seed);
    this.fields = new Fields(root, this.sheet);
    this.grids = new Grids(root);
    this.history = new History();
    this.justifications = new Map(Object.entries(state.justifications));
    this.banners = new Banners(root, this.say);
    this.messages = new Messages(
      root,
      this.sheet,
      this.fields,
      this.placeName,
      this.justifications,
      this.say,
      state.readonly,
    );
    this.overview = new Overview(root, this);
    this.visibility = new Visibility(root, this.sheet, this.fields, state.readonly);
    this.wording = new Wording(root, this.sheet);
    this.options = new Options(this.sheet, this.fields, this.say, (path) => this.commitField(path));
    this.rows = new Rows(this.sheet, {
      equip: (entry) => equip(entry, this),
      title: (row, number) => this.rowTitle(row, number),
    });
    this.repeats = new Repeats(this);
    this.paste = new Paste(this.sheet, this.fields, this.placeName, this.say);
    this.keys = new Keys(this.grids, this);
    this.saving = new Saving(this, state, root);
    this.voice = root.querySelector("[data-announce]");
  }

  /** The first full drawing, then what was kept on this machine. */
  start() {
    this.root.classList.add("has-js");
    equip(this.root, this);
    if (this.rows.draw(this.sheet.rows.keys())) this.collect();
    for (const path of this.fields.byPath.keys()) {
      this.fields.show(path);
      this.visibility.apply(path);
      this.messages.render(path);
    }
    this.visibility.applyAll();
    this.takeServerFindings(this.state.findings || []);
    this.overview.draw();
    if (!this.state.readonly) this.saving.start();
  }

  /** Finds anew what the page has, after rows have come or gone. */
  collect() {
    const parts = [this.fields, this.grids, this.messages, this.visibility, this.wording, this.overview];
    for (const part of parts) part.collect();
  }

  /** A place in words: “Tuổi”, “Mã số 03, cột 2”; in rows “Hộ 2 · Tuổi”. */
  placeName(path) {
    const node = this.sheet.node(path);
    if (!node) return path;
    const rows = rowsAbove(path).map((row) => this.rowTitle(row, this.repeats.numberOf(row)));
    return path.endsWith("]") ? rows.join(" · ") : [...rows, this.nodeName(node, path)].join(" · ");
  }

  nodeName(node, path) {
    if (node.kind !== "cell") return this.sheet.wordsAt(path, node.label) || path;
    const { row, col } = node.codes || {};
    const line = row || this.sheet.text(this.sheet.node(node.parent)?.label);
    return capital(col ? this.say("rowColumn", line, col) : this.say("row", line));
  }

  /** “Hộ 2”; with values in the label “2. Hộ ông An”. */
  rowTitle(row, number) {
    const { label } = this.sheet.node(row);
    const isLive = this.sheet.text(label).includes("${");
    const text = this.sheet.wordsAt(row, label).replace(this.say("blank"), "").trim() || this.say("line");
    return isLive ? `${number}. ${text}` : `${text} ${number}`;
  }

  /** The table that a cell stands in; "" for a question. */
  tableName(path) {
    const row = this.sheet.node(this.sheet.node(path)?.parent);
    return row?.kind === "row" ? this.sheet.text(this.sheet.node(row.parent)?.label) : "";
  }

  // Commits

  /** Takes typed, pasted or cleared values with what they bring: computes, shows, remembers for undo, saves. */
  commit(changes) {
    const step = this.put(changes);
    if (!step.length) return 0;
    step.push(...this.put(this.sheet.setBy(step.map(({ path }) => path))));
    step.push(...this.beginRows());
    this.history.push(step);
    this.noteFor(step.map(({ path, after }) => [path, after]));
    return step.length;
  }

  /** Puts what differs into the sheet and onto the page; what it was before, for undo. */
  put(changes) {
    const step = changes
      .map(([path, after]) => ({ path, before: this.sheet.stored(path), after }))
      .filter(({ before, after }) => before !== after);
    if (step.length) this.paint(this.sheet.set(step.map(({ path, after }) => [path, after])));
    return step;
  }

  /** Rows that a count has called for begin with their defaults. */
  beginRows() {
    const step = [];
    for (let depth = 0; depth < MOST_NESTED; depth++) {
      const begun = this.put(this.sheet.places.hasRepeats ? this.sheet.begun() : []);
      if (!begun.length) break;
      step.push(...begun);
    }
    return step;
  }

  apply(changes) {
    this.adopt(changes);
    this.noteFor(changes);
  }

  noteFor(changes) {
    const { draft } = this.saving;
    const owed = this.sheet.remembered().filter(([path, value]) => draft.base.get(path) !== value);
    draft.note([...changes, ...owed]);
  }

  /** Shows values that need no saving; `undoable` lets the person take them back. */
  adopt(changes, undoable = false) {
    if (!changes.length) return;
    if (undoable)
      this.history.push(changes.map(([path, after]) => ({ path, before: this.sheet.stored(path), after })));
    this.paint(this.sheet.set(changes));
  }

  paint(changed) {
    const editing = document.activeElement;
    if (changed.rows.size && this.rows.draw(changed.rows)) {
      this.collect();
      for (const path of changed.relevance) this.fields.show(path);
    }
    for (const path of changed.choices) this.options.draw(path);
    for (const path of changed.values) this.fields.show(path, this.fields.at(path) === editing);
    for (const path of [...changed.relevance, ...changed.readonly]) this.visibility.apply(path);
    for (const path of changed.required) this.visibility.mark(path);
    for (const path of changed.wording)
      path.endsWith("]") ? this.rows.entitleAt(path) : this.wording.apply(path);
    for (const path of [...changed.findings, ...changed.relevance]) this.messages.render(path);
    this.overview.refresh();
  }

  commitField(path) {
    if (path && this.fields.isOpen(path)) this.commit([[path, this.fields.read(path)]]);
  }

  commitFocused() {
    const active = document.activeElement;
    if (active && this.root.contains(active)) this.commitField(this.fields.pathOf(active));
  }

  /** Commits a field that keeps the focus, and selects its text again. */
  settle(field) {
    this.commitField(field.dataset.field);
    this.fields.show(field.dataset.field, true);
    field.select();
  }

  revert(field) {
    this.grids.unselect();
    this.fields.show(field.dataset.field, true);
    field.select();
    this.saving.draft.writeCopy();
    return true;
  }

  /** Keeps half-typed text on this machine, so that even a killed page loses nothing. */
  keepTyping(path) {
    this.fields.touched.add(path);
    if (this.fields.isOpen(path)) this.saving.draft.writeCopy([[path, this.fields.read(path)]]);
  }

  /** Whether the field holds text that has not been committed. */
  isTyping(field) {
    const path = field.dataset.field;
    return this.fields.read(path) !== this.sheet.stored(path);
  }

  clear(place) {
    const { top, left, bottom, right } = place.grid.range(place);
    const paths = [];
    for (let r = top; r <= bottom; r++) {
      for (let c = left; c <= right; c++) {
        const path = place.grid.field(r, c)?.dataset.field;
        if (path && this.fields.isOpen(path)) paths.push(path);
      }
    }
    const count = this.commit(paths.map((path) => [path, ""]));
    if (count) this.announce("cleared", count);
    return true;
  }

  undo(back = true) {
    const changes = back ? this.history.undo() : this.history.redo();
    if (!changes) return;
    this.apply(changes);
    this.grids.unselect();
    this.fields.jump(changes[0][0]);
    this.announce(back ? "undone" : "redone", changes.length);
  }

  pasteAt(place, text) {
    this.banners.hide("paste");
    const { changes, leftOut } = this.paste.plan(text, place);
    const count = this.commit(changes);
    this.fields.show(place.grid.field(place.r, place.c).dataset.field, true);
    const { count: dropped, lines } = this.paste.report(leftOut);
    this.announce("pasted", count);
    if (dropped)
      this.banners.show("paste", "warn", [
        `${this.say("pasted", changes.length)} ${this.say("leftOut", dropped)}`,
        lines.join("; "),
      ]);
  }

  // Findings, comments, voice

  /** Findings of rules that only the server can run. */
  takeServerFindings(findings) {
    const known = new Set([...this.sheet.form.checks.map((check) => check.name), "type", "choice", "required"]);
    const before = [...this.messages.extra.keys()];
    this.messages.extra.clear();
    for (const found of findings) {
      const name = found.check || found.name;
      if (known.has(name)) continue;
      const text = typeof found.message === "string" ? found.message : this.sheet.text(found.message);
      const here = this.messages.extra.get(found.path) || [];
      this.messages.extra.set(found.path, [
        ...here,
        { ...found, check: name, key: `${name}|${found.path}`, text },
      ]);
    }
    for (const path of new Set([...before, ...this.messages.extra.keys()])) this.messages.render(path);
    this.overview.refresh();
  }

  giveReason(key, text) {
    this.justifications.set(key, text);
    this.saving.draft.noteReason(key, text);
    this.overview.refresh();
  }

  restoreReason(key, text) {
    this.justifications.set(key, text);
    this.saving.draft.reasons.set(key, text);
    const area = this.root.querySelector(`[data-justify="${CSS.escape(key)}"]`);
    if (area) area.value = text;
  }

  saySelection({ top, left, bottom, right }) {
    this.announce("selected", bottom - top + 1, right - left + 1);
  }

  announce(key, ...parts) {
    this.voice.textContent = this.say(key, ...parts);
  }
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
