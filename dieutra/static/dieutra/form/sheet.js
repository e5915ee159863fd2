// One response in memory: what was typed, what follows from it, and what was found. Knows nothing of the page.
// Mirrors dieutra/engine/forms/check.py, which stays authoritative.
import { evaluate } from "./eval.js";
import { buildGraph } from "./graph.js";
import { choicesOf, offersOf } from "./offers.js";
import { MOST_ROWS, Places, namesIn, namesUpTo, placeOf, rowsAround } from "./places.js";
import { readsOf } from "./reads.js";
import { begunRows, firstAnswers, setAfter, setInRow } from "./setting.js";
import { asStored, inMessage, storedText, typed, typeProblem } from "./types.js";
import { toDouble } from "./decimal.js";
import { EvaluationError, toBoolean, toNumber } from "./values.js";

const MOST_TURNS = 20;

export class Sheet {
  /** `answers` are stored strings by path; `say` words of the page; `lang` the form's language; `seed` for shuffles. */
  constructor(form, answers, say, lang, seed = 1) {
    Object.assign(this, { form, say, lang, seed });
    this.places = new Places(form);
    this.raw = new Map(Object.entries(answers));
    this.rows = new Map(); // list -> names of its rows
    this.counts = new Map(); // list -> number of rows, where that is calculated
    this.values = new Map(); // typed, of the relevant nodes only; blank is ""
    this.written = new Map(); // the strings behind them; null when irrelevant
    this.relevant = new Map();
    this.offers = new Map(); // path -> choices, where they are filtered
    this.readonly = new Set();
    this.required = new Set();
    this.missing = new Set();
    this.found = new Map(); // path -> Map(check name -> finding)
    this.ill = new Set(); // what was written cannot be read, or follows from such a thing
    this.exists = (path) => this.relevant.get(path) === true;
    this.choiceName = this.choiceName.bind(this);
    this.holdsItself = form.nodes.some(readsItself);
    this.build(noChanges());
    this.work(0, noChanges());
  }

  /** Takes new stored strings and recomputes only what they touch; says which paths changed in what way. */
  set(changes) {
    let first = this.graph.items.length;
    const changed = noChanges(new Set(changes.map(([path]) => path)));
    for (const [path, value] of changes) {
      if (value) this.raw.set(path, value);
      else this.raw.delete(path);
      const at = this.graph.valueAt.get(path);
      if (at === undefined) {
        this.stale ||= this.makesRows(path);
        continue;
      }
      this.flags[at] = 1;
      first = Math.min(first, at);
    }
    return this.work(first, changed);
  }

  /** Whether the answer at a path is a list of rows; where they are counted it only remembers them. */
  makesRows(path) {
    const node = this.places.hasRepeats && this.node(path);
    return node?.kind === "repeat" && !node.count;
  }

  /** Runs until the rows stand still: a count may call for rows, and they for others. */
  work(first, changed) {
    if (!this.stale) this.run(first, changed);
    for (let turn = 0; this.stale && turn < MOST_TURNS; turn++) {
      this.build(changed);
      this.run(0, changed);
    }
    return changed;
  }

  /** Lays out nodes and graph for the rows that there are now; what has gone is forgotten. */
  build(changed) {
    this.stale = false;
    const before = this.rows;
    const rows = new Map();
    const lookup = {
      get: (list) => rows.get(list) ?? rows.set(list, this.namesFor(list)).get(list),
    };
    const instances = [...this.places.instances(lookup)];
    this.rows = rows;
    for (const [list, names] of rows) if (before.get(list)?.join(" ") !== names.join(" ")) changed.rows.add(list);
    this.order = new Map(instances.map(({ path }, at) => [path, at]));
    for (const path of this.relevant.keys()) if (!this.order.has(path)) this.forget(path);
    this.graph = buildGraph(this.form, this.places, instances, rows);
    this.flags = new Uint8Array(this.graph.items.length).fill(1);
  }

  namesFor(list) {
    const counted = this.node(list).count;
    return counted ? namesUpTo(this.counts.get(list) ?? 0) : namesIn(this.raw.get(list));
  }

  forget(path) {
    for (const kept of [this.relevant, this.values, this.written, this.offers, this.found, this.counts]) kept.delete(path);
    for (const kept of [this.readonly, this.required, this.missing, this.ill]) kept.delete(path);
  }

  run(first, changed) {
    const { items, readers } = this.graph;
    for (let at = first; at < items.length; at++) {
      if (!this.flags[at]) continue;
      this.flags[at] = 0;
      const item = items[at];
      if (!this[item.kind](item, changed)) continue;
      for (const reader of readers.get(item.makes) || []) this.flags[reader] = 1;
    }
  }

  node(path) {
    return this.places.nodes.get(path) ?? this.places.nodes.get(placeOf(path ?? ""));
  }

  /** Whether the response has this path now: a row that was removed has not. */
  has(path) {
    return this.order.has(path);
  }

  context(self, at) {
    const { values, rows, places, exists, choiceName, seed } = this;
    return { values, self, at, rows, places, exists, choiceName, seed, lists: this.form.lists };
  }

  /** Whether an expression is true; `otherwise` where it has no value. */
  holds(ast, { path, at }, otherwise) {
    return this.attempt(() => toBoolean(evaluate(ast, this.context(path, at))), otherwise);
  }

  compute(ast, { path, at }) {
    return this.attempt(() => evaluate(ast, this.context(path, at)), "");
  }

  attempt(work, otherwise) {
    try {
      return work();
    } catch (problem) {
      if (problem instanceof EvaluationError) return otherwise;
      throw problem;
    }
  }

  text(label) {
    return label?.[this.lang] || label?.vi || "";
  }

  isRelevant(path) {
    return this.relevant.get(path) !== false;
  }

  /** The stored string of a node, typed or calculated; kept while the node is irrelevant. */
  stored(path) {
    return this.raw.get(path) || "";
  }

  /** What may be chosen at a path: [{value, label}]; undefined for a node without choices. */
  choices(path) {
    const node = this.node(path);
    return node.itemset ? this.offers.get(path) || [] : node.choices;
  }

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

  /** What a choice of a question is called, offered now or not. */
  labelOf(path, value) {
    const choice = this.everOffered(this.node(path)).find((it) => it.value === value);
    return choice ? this.text(choice.label) || value : value;
  }

  everOffered({ itemset, choices }) {
    const list = itemset?.list && this.form.lists?.[itemset.list];
    return list ? choicesOf(list, itemset) : (choices ?? []);
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

  /** A text with the values that it names, as seen from some rows. */
  filled(text, at) {
    return text.replace(/\$\{(\/[^}]*)\}/g, (_, place) => {
      const path = this.places.isSet(place, at) ? place : this.places.pathsAt(place, at, this.rows)[0];
      const raw = this.written.get(path);
      const node = this.node(path);
      return raw && node ? inMessage(raw, node, this.lang, this.everOffered(node)) : this.say("blank");
    });
  }

  /** A label or a hint of the node at a path, with its values. */
  wordsAt(path, label) {
    const text = this.text(label);
    return text.includes("${") ? this.filled(text, rowsAround(path)) : text;
  }

  /** What choices are called in the form's first language, for jr:choice-name(); blank for what is not offered. */
  choiceName(text, place) {
    const offered = this.everOffered(this.places.nodes.get(place) ?? {});
    const found = text.split(/\s+/).map((word) => offered.find(({ value }) => word && value === word));
    const label = (choice) => choice.label[this.form.languages[0]] ?? choice.value;
    return found.filter(Boolean).map(label).join(", ");
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

  /** Findings at a path, hard ones first. */
  findingsAt(path) {
    const here = this.found.get(path);
    return here ? [...here.values()].sort((one, other) => one.severity.localeCompare(other.severity)) : [];
  }

  /** Calculated values that must be stored, because the calculation reads what it gave before, as once() does. */
  remembered() {
    if (!this.holdsItself) return [];
    return [...this.order.keys()]
      .filter((path) => this.written.get(path) && readsItself(this.node(path)))
      .map((path) => [path, this.stored(path)]);
  }

  /** The answers that a person's change brings with it, by the nodes that are set when another changes. */
  setBy(paths) {
    return setAfter(this, paths);
  }

  /** The answers that a row begins with. */
  newRow(row) {
    return firstAnswers(this, row);
  }

  /** The answers that events give to a row that stands. */
  givenTo(row) {
    return setInRow(this, row);
  }

  /** What rows that a count has called for begin with; the list remembers which rows have begun. */
  begun() {
    return begunRows(this);
  }
}

function readsItself({ path, calculate }) {
  return Boolean(calculate) && readsOf(calculate, path).some(({ place }) => place === path);
}

/** Puts a path into a set or takes it out; true when that changed something. */
function turn(set, path, wanted) {
  if (set.has(path) === wanted) return false;
  if (wanted) set.add(path);
  else set.delete(path);
  return true;
}

/** What a change has touched: paths by kind, and the lists whose rows are others. */
function noChanges(values = new Set()) {
  const kinds = ["relevance", "findings", "readonly", "required", "choices", "wording", "rows"];
  return { values, ...Object.fromEntries(kinds.map((kind) => [kind, new Set()])) };
}
