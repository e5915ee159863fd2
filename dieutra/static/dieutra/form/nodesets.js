// Expressions that name several nodes or rows of a list, and the predicates that narrow them.
import { Dec, toDouble } from "./decimal.js";
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
    return places.pathsAt(ast[1], at, context.rows);
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
  return !places.isSet(place, kind === "outer" ? (outer?.at ?? at) : at);
}

/** One value: that of a single node, blank for none. */
export function single(values) {
  if (values.length > 1) throw new EvaluationError("several values");
  return values[0] ?? "";
}

// Nodes with predicates

/** From the outermost step that matters inwards; from the first predicate on, all rows are candidates. */
function narrowed([, place, ...steps], context, evaluate) {
  const { places, rows } = context;
  const tests = new Map(steps.map(([step, ...found]) => [step, found]));
  const above = places.above.get(place) ?? [];
  const walk = [...new Set([...above, ...tests.keys()])].sort((one, other) => one.length - other.length);
  const free = Math.min(...steps.map(([step]) => step.length));
  let [from, paths] = ["", [""]];
  for (const step of walk) {
    const bound = step.length < free && context.at?.get(step);
    const next = (path) => (above.includes(step) ? rowsOf(path + step.slice(from.length), rows) : [path + step.slice(from.length)]);
    paths = bound ? [bound] : paths.flatMap(next);
    for (const test of tests.get(step) ?? []) paths = paths.filter(trying(test, context, evaluate));
    from = step;
  }
  return paths.map((path) => path + place.slice(from.length));
}

/** Tries a predicate on one path after another; positions are counted anew for each predicate. */
function trying(test, context, evaluate) {
  return (path, index) => {
    const at = new Map([...(context.at ?? []), ...rowsAround(path)]);
    const position = index + 1;
    const inside = { ...context, self: path, at, outer: context.outer ?? context, position };
    return passes(test, position, evaluate, inside);
  };
}

function passes(test, position, evaluate, context) {
  const value = evaluate(test, context);
  return value instanceof Dec ? equal(value, number(position)) : toBoolean(value);
}

/** Where a row stands in its list, from 1; 1 for what does not repeat. */
export function positionOf(path, context) {
  if (!path) return number(1);
  const [list, name] = splitRow(path);
  return number(Math.max(0, (context.rows.get(list) || []).indexOf(name)) + 1);
}

/** indexed-repeat(x, rep, i, rep2, j, …): the node in the i-th row, blank when there is none; 0 leaves a repeat open. */
export function indexedRepeat([target, ...pairs], context, evaluate) {
  const { places, rows, at } = context;
  const wanted = new Map();
  for (let k = 0; k + 1 < pairs.length; k += 2) wanted.set(pairs[k][1], toNumber(evaluate(pairs[k + 1], context)));
  let [from, path] = ["", ""];
  for (const repeat of places.above.get(target[1]) ?? []) {
    const list = path + repeat.slice(from.length);
    const index = wanted.get(repeat);
    if (!index || index.isZero) {
      path = at?.get(repeat) ?? `${list}[${(rows.get(list) || [])[0] ?? ""}]`;
    } else {
      path = rowsOf(list, rows)[index.isFinite ? Math.trunc(toDouble(index)) - 1 : -1];
      if (!path) return "";
    }
    from = repeat;
  }
  return context.values.get(path + target[1].slice(from.length)) ?? "";
}

// Lists

/** The rows of a list that pass, as {name of column: text} readers. */
export function rowsPassing(name, tests, context, evaluate) {
  const list = context.lists?.[name];
  if (!list) throw new EvaluationError(`instance(${name})`);
  const outer = context.outer ?? context;
  return tests.reduce(
    (left, test) => {
      const known = byIndex(list, test, left, context, evaluate);
      if (known) return known;
      const inside = { ...context, outer };
      return left.filter((row, index) =>
        passes(test, index + 1, evaluate, { ...inside, item: { list, row }, position: index + 1 }),
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
