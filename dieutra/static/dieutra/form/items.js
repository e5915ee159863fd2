// How each kind of item of the graph is worked out; what it makes, and what it finds. The Sheet is built on this.
import { toDouble } from "./decimal.js";
import { offersOf } from "./offers.js";
import { MOST_ROWS } from "./places.js";
import { asStored, storedText, typed, typeProblem } from "./types.js";
import { toNumber } from "./values.js";

export class Items {
  // One method for each kind of item; true when what the item makes has changed.

  relevance(item, changed) {
    const { node, path, parent } = item;
    const above = !parent || this.isRelevant(parent);
    const now = above && (!node.relevant || this.holds(node.relevant, item, true));
    if (this.relevant.get(path) === now) return false;
    this.relevant.set(path, now);
    changed.relevance.add(path);
    return true;
  }

  gather() {
    return true;
  }

  count(item, changed) {
    const number = toNumber(this.compute(item.node.count, item));
    const count = this.isRelevant(item.path) && number.isFinite ? Math.max(0, Math.trunc(toDouble(number))) : 0;
    const text = count > MOST_ROWS && this.say("tooManyRows", count, MOST_ROWS);
    this.put(item.path, "type", text && { severity: "hard", text, justify: false }, changed);
    if ((this.counts.get(item.path) ?? 0) === count) return;
    this.counts.set(item.path, count);
    this.stale = true;
  }

  offer(item, changed) {
    const now = this.attempt(() => offersOf(this, item), []);
    const before = this.offers.get(item.path);
    if (before && JSON.stringify(before) === JSON.stringify(now)) return false;
    this.offers.set(item.path, now);
    changed.choices.add(item.path);
    return true;
  }

  value(item, changed) {
    const { node, path } = item;
    if (this.isRelevant(path) && node.calculate) return this.calculate(item, changed);
    const raw = this.isRelevant(path) ? this.stored(path) : null;
    const turned = this.markIll(path, Boolean(raw && typeProblem(raw, node, this.say)));
    return this.keep(path, raw, raw === null ? null : typed(raw, node)) || turned;
  }

  /** Notes whether a value is ill; true when that changed. */
  markIll(path, now) {
    if (this.ill.has(path) === now) return false;
    if (now) this.ill.add(path);
    else this.ill.delete(path);
    return true;
  }

  keep(path, text, value) {
    if (this.written.get(path) === text) return false;
    this.written.set(path, text);
    if (text === null) this.values.delete(path);
    else this.values.set(path, value);
    return true;
  }

  calculate(item, changed) {
    const { node, path, reads } = item;
    this.values.set(path, typed(this.stored(path), node)); // once() reads what the node held before.
    const value = asStored(this.compute(node.calculate, item), node.type);
    const text = storedText(value, node.type);
    if (text !== this.stored(path)) {
      if (text) this.raw.set(path, text);
      else this.raw.delete(path);
      changed.values.add(path);
    }
    this.values.set(path, value);
    const isNew = this.written.get(path) !== text;
    this.written.set(path, text);
    return this.markIll(path, this.readsIll(reads)) || isNew;
  }

  readsIll({ paths, sets }) {
    if (!this.ill.size) return false;
    return paths.some((path) => this.ill.has(path)) || sets.some((all) => all.some((path) => this.ill.has(path)));
  }

  type({ node, path }, changed) {
    const raw = this.stored(path);
    const reads = raw && !node.calculate && this.isRelevant(path);
    const problem = reads ? typeProblem(raw, node, this.say) : null;
    this.put(path, "type", problem && { severity: "hard", text: problem, justify: false }, changed);
  }

  /** What was chosen must be among what is offered now. */
  chosen({ node, path }, changed) {
    const raw = this.isRelevant(path) && !this.ill.has(path) ? this.written.get(path) : "";
    const listed = node.itemset.repeat || this.form.lists?.[node.itemset.list];
    const words = node.type === "select1" ? [raw] : (raw || "").split(/\s+/);
    const offered = new Set((this.choices(path) || []).map(({ value }) => value));
    const strange = listed && words.find((word) => word && !offered.has(word));
    const text = strange && this.say("badChoiceNow", this.labelOf(path, strange));
    this.put(path, "choice", strange && { severity: "hard", text, justify: false }, changed);
  }

  asked(item, changed) {
    const { node, path } = item;
    const now = this.isRelevant(path) && this.holds(node.required, item, true);
    if (turn(this.required, path, now)) changed.required.add(path);
    if (turn(this.missing, path, now && !this.stored(path))) changed.findings.add(path);
  }

  closed(item, changed) {
    if (turn(this.readonly, item.path, this.holds(item.node.readonly, item, false))) changed.readonly.add(item.path);
  }

  wording({ path }, changed) {
    changed.wording.add(path);
  }

  check(item, changed) {
    const { name, severity, justify, expr, message } = item.check;
    const broken = this.runs(item) && !this.holds(expr, item, false);
    const finding = broken && { severity, justify, text: this.filled(this.text(message), item.at) };
    this.put(item.path, name, finding, changed);
  }

  /** Not where its node is irrelevant, not when all that it reads is blank, a constraint not on a blank. */
  runs({ check, path, reads }) {
    if (!this.isRelevant(path)) return false;
    if (check.name.endsWith(".constraint") && !this.written.get(path)) return false;
    if (this.readsIll(reads)) return false; // told once, where it was made
    const isWritten = (it) => this.written.get(it);
    const { paths, sets } = reads;
    return (!paths.length && !sets.length) || paths.some(isWritten) || sets.some((all) => all.some(isWritten));
  }

  put(path, name, finding, changed) {
    const here = this.found.get(path);
    if (!finding) {
      if (here && here.delete(name)) changed.findings.add(path);
      return;
    }
    if (here?.get(name)?.text === finding.text) return;
    if (!here) this.found.set(path, new Map());
    this.found.get(path).set(name, { key: `${name}|${path}`, check: name, path, ...finding });
    changed.findings.add(path);
  }
}

/** Puts a path into a set or takes it out; true when that changed something. */
function turn(set, path, wanted) {
  if (set.has(path) === wanted) return false;
  if (wanted) set.add(path);
  else set.delete(path);
  return true;
}
