// One response in memory: what was typed, what follows from it, and what was found. Knows nothing of the page.
// Mirrors dieutra/engine/forms/check.py, which stays authoritative.
import { evaluate } from "./eval.js";
import { buildGraph, readPaths } from "./graph.js";
import { asStored, inMessage, typed, typeProblem } from "./types.js";
import { EvaluationError, toBoolean, toText } from "./values.js";

export class Sheet {
  /** `answers` are stored strings by path; `say` words of the page; `lang` the form's language. */
  constructor(form, answers, say, lang) {
    Object.assign(this, { form, say, lang });
    this.nodes = new Map(form.nodes.map((node) => [node.path, node]));
    this.order = new Map(form.nodes.map((node, at) => [node.path, at]));
    this.raw = new Map(Object.entries(answers));
    this.values = new Map(); // typed, of the relevant nodes only; blank is ""
    this.written = new Map(); // the strings behind them; null when irrelevant
    this.relevant = new Map();
    this.readonly = new Set();
    this.missing = new Set();
    this.found = new Map(); // path -> Map(check name -> finding)
    this.ill = new Set(); // what was written cannot be read, or follows from such a thing
    this.reads = new Map(
      form.nodes.filter((node) => node.calculate).map(({ path, calculate }) => [path, readPaths(calculate, path)]),
    );
    this.graph = buildGraph(form);
    this.flags = new Uint8Array(this.graph.items.length).fill(1);
    this.run(0);
  }

  /** Takes new stored strings and recomputes only what they touch; says which paths changed in what way. */
  set(changes) {
    let first = this.graph.items.length;
    for (const [path, value] of changes) {
      if (value) this.raw.set(path, value);
      else this.raw.delete(path);
      const at = this.graph.valueAt.get(path);
      if (at === undefined) continue;
      this.flags[at] = 1;
      first = Math.min(first, at);
    }
    return this.run(first, new Set(changes.map(([path]) => path)));
  }

  run(first, given = new Set()) {
    const changed = { values: given, relevance: new Set(), findings: new Set(), readonly: new Set() };
    const { items, readers } = this.graph;
    for (let at = first; at < items.length; at++) {
      if (!this.flags[at]) continue;
      this.flags[at] = 0;
      const item = items[at];
      if (!this[item.kind](item, changed)) continue;
      for (const reader of readers.get(item.makes) || []) this.flags[reader] = 1;
    }
    return changed;
  }

  /** Whether an expression is true; `otherwise` where it has no value. */
  holds(ast, self, otherwise) {
    try {
      return toBoolean(evaluate(ast, { values: this.values, self }));
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

  // One method for each kind of item; true when what the item makes has changed.

  relevance({ node, path }, changed) {
    const above = !node.parent || this.isRelevant(node.parent);
    const now = above && (!node.relevant || this.holds(node.relevant, path, true));
    if (this.relevant.get(path) === now) return false;
    this.relevant.set(path, now);
    changed.relevance.add(path);
    return true;
  }

  value({ node, path }, changed) {
    if (this.isRelevant(path) && node.calculate) return this.calculate(node, path, changed);
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

  calculate(node, path, changed) {
    this.values.set(path, typed(this.stored(path), node)); // once() reads what the node held before.
    const value = asStored(this.compute(node.calculate, path), node.type);
    const text = toText(value);
    if (text !== this.stored(path)) {
      if (text) this.raw.set(path, text);
      else this.raw.delete(path);
      changed.values.add(path);
    }
    this.values.set(path, value);
    const isNew = this.written.get(path) !== text;
    this.written.set(path, text);
    const follows = [...this.reads.get(path)].some((read) => read !== path && this.ill.has(read));
    return this.markIll(path, follows) || isNew;
  }

  compute(ast, self) {
    try {
      return evaluate(ast, { values: this.values, self });
    } catch (problem) {
      if (problem instanceof EvaluationError) return "";
      throw problem;
    }
  }

  type({ node, path }, changed) {
    const raw = this.stored(path);
    const problem = raw && !node.calculate && this.isRelevant(path) ? typeProblem(raw, node, this.say) : null;
    this.put(path, "type", problem && { severity: "hard", text: problem, justify: false }, changed);
  }

  required({ node, path }, changed) {
    const now = this.isRelevant(path) && !this.stored(path) && this.holds(node.required, path, true);
    if (now === this.missing.has(path)) return;
    if (now) this.missing.add(path);
    else this.missing.delete(path);
    changed.findings.add(path);
  }

  closed({ node, path }, changed) {
    const now = this.holds(node.readonly, path, false);
    if (now === this.readonly.has(path)) return;
    if (now) this.readonly.add(path);
    else this.readonly.delete(path);
    changed.readonly.add(path);
  }

  check({ check, reads }, changed) {
    const { name, where, severity, justify } = check;
    const runs = this.runs(check, reads);
    const broken = runs && !this.holds(check.expr, where, false);
    this.put(
      where,
      name,
      broken && { severity, justify, text: this.filled(this.text(check.message)) },
      changed,
    );
  }

  /** Not where its node is irrelevant, not when all that it reads is blank, a constraint not on a blank. */
  runs({ name, where }, reads) {
    if (!this.isRelevant(where)) return false;
    if (name.endsWith(".constraint") && !this.written.get(where)) return false;
    if (reads.some((path) => this.ill.has(path))) return false; // told once, where it was made
    return !reads.length || reads.some((path) => this.written.get(path));
  }

  filled(message) {
    return message.replace(/\$\{(\/[^}]*)\}/g, (_, path) => {
      const raw = this.written.get(path);
      return raw ? inMessage(raw, this.nodes.get(path), this.lang) : this.say("blank");
    });
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
    return this.form.nodes
      .filter(
        ({ path, calculate }) => calculate && readPaths(calculate, path).has(path) && this.written.get(path),
      )
      .map(({ path }) => [path, this.stored(path)]);
  }
}
