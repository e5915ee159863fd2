// Expressions that name several nodes or rows of a list, and the predicates that narrow them.
import { Dec } from "./decimal.js";
import { rowsAround, rowsOf, splitRow } from "./places.js";
import { shuffled } from "./shuffle.js";
import { EvaluationError, equal, toBoolean, toNumber, toText } from "./values.js";

const number = (value) => new Dec(BigInt(value));

/** The paths that an expression names; null when it is no node set. */
export function pathsOf(ast, context, evaluate) {
  const { places } = context;
  if (ast[0] === "self") return [context.self];
  if (ast[0] === "path" || ast[0] === "outer") {
    const { at } = ast[0] === "outer" ? (context.outer ?? context) : context;
    if (!places) return [ast[1]];
    return places.named(ast[1]).flatMap((place) => places.pathsAt(place, at, context.rows));
  }
  if (ast[0] === "where") return narrowed(ast, context, evaluate);
  return null;
}

/** The values of a node set, in order; null when the expression is none. */
export function valuesOf(ast, context, evaluate) {
  if (ast[0] === "items") return itemsOf(ast, context, evaluate);
  if (ast[0] === "call" && ast[1] === "randomize") {
    const values = valuesOf(ast[2], context, evaluate) ?? [evaluate(ast[2], context)];
    return shuffled(values, ast[3] && evaluate(ast[3], context), context.seed);
  }
  if (isOne(ast, context)) return [context.values.get(pathsOf(ast, context, evaluate)[0]) ?? ""];
  const paths = pathsOf(ast, context, evaluate);
  return paths && paths.filter((path) => context.exists(path)).map((path) => context.values.get(path) ?? "");
}

/** A plain path, which names one node whether or not it is relevant. */
function isOne([kind, place], { places, at, outer }) {
  if (kind !== "path" && kind !== "outer") return false;
  if (!places) return true;
  return places.named(place)[0] === place && !places.isSet(place, kind === "outer" ? (outer?.at ?? at) : at);
}

/** One value: that of a single node, blank for none. */
export function single(values) {
  if (values.length > 1) throw new EvaluationError("several values");
  return values[0] ?? "";
}

// Nodes with predicates

function narrowed([, place, ...steps], context, evaluate) {
  const { places, rows } = context;
  const byStep = new Map(steps.map(([step, ...tests]) => [step, tests]));
  return places.named(place).flatMap((target) => {
    const above = places.above.get(target) ?? [];
    const first = above.findIndex((repeat) => byStep.has(repeat));
    const shared = places.shared(above, context.at, first < 0 ? above.length : first);
    let from = shared ? above[shared - 1] : "";
    let paths = [shared ? context.at.get(from) : ""];
    for (const repeat of above.slice(shared)) {
      const step = repeat.slice(from.length);
      paths = paths.flatMap((path) => keep(rowsOf(path + step, rows), byStep.get(repeat), context, evaluate));
      from = repeat;
    }
    const rest = target.slice(from.length);
    const ends = rest ? paths.map((path) => path + rest) : paths;
    const last = rest ? byStep.get(target) : undefined;
    return last ? keep(ends, last, context, evaluate) : ends;
  });
}

/** The paths for which every predicate holds; positions are counted anew after each. */
function keep(paths, tests, context, evaluate) {
  return (tests || []).reduce(
    (left, test) =>
      left.filter((path, index) =>
        passes(test, index + 1, evaluate, {
          ...context,
          self: path,
          at: rowsAround(path),
          outer: context.outer ?? context,
          position: index + 1,
        }),
      ),
    paths.filter((path) => !tests || context.exists(path)),
  );
}

function passes(test, position, evaluate, context) {
  const value = evaluate(test, context);
  return value instanceof Dec ? equal(value, number(position)) : toBoolean(value);
}

/** Where a row stands in its list, from 1. */
export function positionOf(path, context) {
  const [list, name] = splitRow(path);
  return number((context.rows?.get(list) || []).indexOf(name) + 1);
}

/** indexed-repeat(x, rep, i, rep2, j, …): the node in the i-th row, blank when there is none. */
export function indexedRepeat([target, ...pairs], context, evaluate) {
  const at = new Map(context.at);
  for (let k = 0; k + 1 < pairs.length; k += 2) {
    const repeat = pairs[k][1];
    const above = context.places.above.get(repeat) ?? [];
    const outer = new Map([...at].filter(([place]) => above.slice(0, -1).includes(place)));
    const wanted = toNumber(evaluate(pairs[k + 1], context));
    const every = context.places.pathsAt(repeat, outer, context.rows);
    const row = every.find((_, index) => equal(wanted, number(index + 1)));
    if (!row) return "";
    for (const place of at.keys()) if (place.startsWith(`${repeat}/`)) at.delete(place);
    rowsAround(row).forEach((path, place) => at.set(place, path));
  }
  return evaluate(target, { ...context, at });
}

// Lists

/** The rows of a list that pass, as {name of column: text} readers. */
export function rowsPassing(name, tests, context, evaluate) {
  const list = context.lists?.[name];
  if (!list) throw new EvaluationError(`instance(${name})`);
  const outer = context.outer ?? context;
  return tests.reduce(
    (left, test) => {
      const known = byIndex(list, test, left, outer, evaluate);
      if (known) return known;
      return left.filter((row, index) =>
        passes(test, index + 1, evaluate, { ...outer, outer, item: { list, row }, position: index + 1 }),
      );
    },
    list.rows.map((_, row) => row),
  );
}

/** A column of one row; the label is that of the form's first language. */
export function columnOf(list, row, column) {
  const at = list.columns.indexOf(column);
  if (at >= 0) return list.rows[row][at] ?? "";
  return column === "label" ? (Object.values(list.labels?.[row] ?? {})[0] ?? "") : "";
}

function itemsOf([, name, column, ...tests], context, evaluate) {
  const list = context.lists?.[name];
  return rowsPassing(name, tests, context, evaluate).map((row) => (column ? columnOf(list, row, column) : ""));
}

/** `column = text` is looked up instead of tried row by row; null when the test is another. */
function byIndex(list, test, left, context, evaluate) {
  if (test[0] !== "op" || test[1] !== "=" || left.length !== list.rows.length) return null;
  const item = [test[2], test[3]].find((side) => side[0] === "item");
  const other = item === test[2] ? test[3] : test[2];
  if (!item || readsItem(other)) return null;
  const value = evaluate(other, context);
  if (typeof value !== "string") return null;
  list.index ??= new Map();
  if (!list.index.has(item[1])) {
    const index = new Map();
    list.rows.forEach((_, row) => {
      const text = toText(columnOf(list, row, item[1]));
      if (!index.has(text)) index.set(text, []);
      index.get(text).push(row);
    });
    list.index.set(item[1], index);
  }
  return list.index.get(item[1]).get(value) || [];
}

function readsItem(ast) {
  return Array.isArray(ast) && (ast[0] === "item" || ast[1] === "position" || ast.slice(1).some(readsItem));
}

/** pulldata('file', 'column', 'key column', value). */
export function pulldata([file, column, key, value], context, evaluate) {
  const [name, wanted, keyed] = [file, column, key].map((part) => toText(evaluate(part, context)));
  const plain = name.replace(/\.csv$/, "");
  const list = context.lists?.[plain] ? plain : name;
  const text = toText(evaluate(value, context));
  const rows = rowsPassing(list, [["op", "=", ["item", keyed], ["str", text]]], context, evaluate);
  return rows.length ? columnOf(context.lists[list], rows[0], wanted) : "";
}
