// Which computation depends on which: every node has a relevance and a value, and what reads them comes after.
// A signal is "r:<path>" (is it relevant), "v:<path>" (its value), "o:<path>" (what it offers to choose from) or
// "s:<list>:<place>" (the values of all rows); an item makes at most one signal.
import { placesIn, readsOf } from "./reads.js";

/** The items of one response: instances as from Places.instances(), checks once for each row that they stand in. */
class Builder {
  constructor(form, places, rows) {
    Object.assign(this, { form, places, rows });
    this.sets = new Map(); // signal -> the item that gathers the rows' values
    this.made = new Set(); // values made so far
    this.items = [];
  }

  build(instances) {
    const byPlace = new Map();
    for (const instance of instances) {
      this.addNode(instance);
      if (instance.isRow) continue;
      if (!byPlace.has(instance.node.path)) byPlace.set(instance.node.path, []);
      byPlace.get(instance.node.path).push(instance);
    }
    for (const check of this.form.checks) {
      for (const instance of byPlace.get(check.where) ?? []) this.addCheck(check, instance);
    }
    return inOrder([...this.items, ...this.sets.values()]);
  }

  /** The signals that an expression waits for, with the paths behind them: `paths` one by one, `sets` by list. */
  reads(ast, { path, at }) {
    const found = { needs: [], paths: [], sets: [] };
    if (!ast) return found;
    for (const { place, free, offer } of readsOf(ast, this.placeOf(path))) {
      const seen = free.length ? withoutRows(at, free) : at;
      this.read(place, seen, offer, path, found);
    }
    return found;
  }

  placeOf(path) {
    return path.includes("[") ? path.replace(/\[[0-9]+\]/g, "") : path;
  }

  read(place, at, offer, self, found) {
    const paths = this.places.pathsAt(place, at, this.rows);
    const node = this.places.nodes.get(place);
    const letter = offer ? "o" : node && !node.type ? "r" : "v";
    if (!this.places.isSet(place, at)) {
      found.needs.push(`${letter}:${paths[0]}`);
      if (letter === "v") found.paths.push(paths[0]);
      return;
    }
    if (letter === "v") found.sets.push(paths);
    if (place === this.placeOf(self)) {
      // A row that reads its own column, as a running total does, waits for the rows before it only.
      found.needs.push(...paths.map((path) => `v:${path}`).filter((signal) => this.made.has(signal)));
      return;
    }
    const shared = [...(at ?? [])].map(([, row]) => row).filter((row) => place.startsWith(`${this.placeOf(row)}/`));
    const makes = `s:${shared.at(-1) ?? ""}:${place}`;
    if (!this.sets.has(makes)) {
      this.sets.set(makes, { kind: "gather", makes, path: place, needs: paths.map((path) => `${letter}:${path}`) });
    }
    found.needs.push(makes);
  }

  addNode(instance) {
    const { node, path, parent, isList, isRow } = instance;
    const up = parent ? [`r:${parent}`] : [];
    const relevant = this.reads(node.relevant, instance).needs;
    this.items.push({ kind: "relevance", ...instance, makes: `r:${path}`, needs: [...up, ...relevant] });
    if (isList && node.count) this.add("count", instance, [`r:${path}`], node.count);
    this.addWording(instance);
    if (!node.type || node.kind === "note" || isList || isRow) return;
    this.addValue(instance);
    const own = [`r:${path}`, `v:${path}`];
    if (node.required && !node.calculate && !isConstant(node.required, "false"))
      this.add("asked", instance, own, node.required);
    if (node.readonly && !isConstant(node.readonly, "true")) this.add("closed", instance, [], node.readonly);
  }

  add(kind, instance, needs, ast) {
    this.items.push({ kind, ...instance, needs: [...needs, ...this.reads(ast, instance).needs] });
  }

  addValue(instance) {
    const { node, path } = instance;
    const read = this.reads(node.calculate, instance);
    const others = read.needs.filter((signal) => signal !== `v:${path}`);
    this.items.push({
      kind: "value",
      ...instance,
      makes: `v:${path}`,
      needs: [`r:${path}`, ...others],
      reads: { paths: read.paths.filter((it) => it !== path), sets: read.sets },
    });
    this.made.add(`v:${path}`);
    const own = [`r:${path}`, `v:${path}`];
    this.items.push({ kind: "type", ...instance, needs: own });
    if (node.itemset) this.items.push({ kind: "chosen", ...instance, needs: [...own, this.addOffer(instance)] });
  }

  addOffer(instance) {
    const { itemset } = instance.node;
    const asts = [itemset.filter, itemset.seed];
    if (itemset.repeat) {
      const step = [[itemset.repeat, ...(itemset.filter ? [itemset.filter] : [])]];
      asts[0] = ["call", "concat", ["where", itemset.value, ...step], ["where", itemset.label, ...step]];
    }
    const needs = asts.flatMap((ast) => this.reads(ast, instance).needs);
    this.items.push({ kind: "offer", ...instance, makes: `o:${instance.path}`, needs });
    return `o:${instance.path}`;
  }

  /** Labels and hints that show values. */
  addWording(instance) {
    const { label, hint } = instance.node;
    const named = [...placesIn(label), ...placesIn(hint)];
    if (!named.length) return;
    const needs = named.flatMap((place) => this.reads(["path", place], instance).needs);
    this.items.push({ kind: "wording", ...instance, needs });
  }

  addCheck(check, instance) {
    const { path, at } = instance;
    const read = this.reads(check.expr, instance);
    const shown = placesIn(check.message).flatMap((place) => this.reads(["path", place], instance).needs);
    const needs = new Set([`r:${path}`, `v:${path}`, ...read.needs, ...shown]);
    this.items.push({ kind: "check", check, path, at, reads: read, needs: [...needs] });
  }
}

function withoutRows(at, free) {
  if (!at) return at;
  return new Map([...at].filter(([place]) => !free.some((it) => place === it || place.startsWith(`${it}/`))));
}

function isConstant(ast, name) {
  return ast.length === 2 && ast[0] === "call" && ast[1] === name;
}

/** Items in an order in which each comes after all that it needs. */
function inOrder(items) {
  const maker = new Map(items.filter((item) => item.makes).map((item) => [item.makes, item]));
  const order = [];
  const done = new Set();
  const visit = (item) => {
    if (done.has(item)) return;
    done.add(item);
    for (const signal of item.needs) if (maker.has(signal)) visit(maker.get(signal));
    order.push(item);
  };
  items.forEach(visit);
  return order;
}

/** The graph of a response: ordered items, and for each signal the places of the items that read it. */
export function buildGraph(form, places, instances, rows) {
  const items = new Builder(form, places, rows).build(instances);
  const readers = new Map();
  const valueAt = new Map();
  items.forEach((item, at) => {
    if (item.kind === "value") valueAt.set(item.path, at);
    for (const signal of item.needs) {
      if (!readers.has(signal)) readers.set(signal, []);
      readers.get(signal).push(at);
    }
  });
  return { items, readers, valueAt };
}
