// One response in memory: what was typed, what follows from it, and what was found. Knows nothing of the page.
// Mirrors dieutra/engine/forms/check.py, which stays authoritative.
import { evaluate } from "./eval.js";
import { buildGraph } from "./graph.js";
import { Items } from "./items.js";
import { choicesOf } from "./offers.js";
import { Places, namesIn, namesUpTo, placeOf, rowsAround } from "./places.js";
import { readsOf } from "./reads.js";
import { begunRows, firstAnswers, setAfter, setInRow } from "./setting.js";
import { inMessage } from "./types.js";
import { EvaluationError, toBoolean } from "./values.js";

const MOST_TURNS = 20;

export class Sheet extends Items {
  /** `answers` are stored strings by path; `say` words of the page; `lang` the form's language; `seed` for shuffles. */
  constructor(form, answers, say, lang, seed = 1) {
    super();
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
    const raw = this.raw.get(path);
    return raw?.trim() ? raw : ""; // only spaces are no answer
  }

  /** What may be chosen at a path: [{value, label}]; undefined for a node without choices. */
  choices(path) {
    const node = this.node(path);
    return node.itemset ? this.offers.get(path) || [] : node.choices;
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

/** What a change has touched: paths by kind, and the lists whose rows are others. */
function noChanges(values = new Set()) {
  const kinds = ["relevance", "findings", "readonly", "required", "choices", "wording", "rows"];
  return { values, ...Object.fromEntries(kinds.map((kind) => [kind, new Set()])) };
}
