// Interprets an expression tree (docs/form-model.md); mirrors dieutra/engine/lang/to_python.py.
// A context is {values: Map(path -> value, present when the node is relevant), self: path, now?: Day}; with repeats or
// lists also {places, rows, at, lists, exists(path), choiceName(value, place), outer?, item?, position?}, see places.js.
import { Dec, add, divide, multiply, negated, parseDec, remainder, subtract } from "./decimal.js";
import { FUNCTIONS } from "./functions.js";
import {
  columnOf,
  indexedRepeat,
  pathsOf,
  positionOf,
  pulldata,
  rowsPassing,
  single,
  valuesOf,
} from "./nodesets.js";
import { placeOf } from "./places.js";
import { Day, atMost, equal, isBlank, less, toBoolean, toNumber, toText, vietnamNow } from "./values.js";

const arithmetic = (compute) => (left, right) => compute(toNumber(left), toNumber(right));

const OPERATORS = {
  "+": arithmetic(add),
  "-": arithmetic(subtract),
  "*": arithmetic(multiply),
  div: arithmetic(divide),
  mod: arithmetic(remainder),
  "=": equal,
  "!=": (left, right) => !equal(left, right),
  "<": less,
  "<=": atMost,
  ">": (left, right) => less(right, left),
  ">=": (left, right) => atMost(right, left),
};

/** Functions whose arguments may be node sets. */
const TAKES_SETS = new Set(["sum", "min", "max", "join", "concat", "count-non-empty", "checklist", "distance", "area"]);
const SETS = new Set(["path", "where", "items", "outer"]);

const SPECIAL = {
  if: ([test, yes, no], context) => evaluate(toBoolean(evaluate(test, context)) ? yes : no, context),
  once: ([fresh], context) => {
    const held = valueAt(context.self, context);
    return isBlank(held) ? evaluate(fresh, context) : held;
  },
  count: (parts, context) => {
    const counts = parts.map((part) => countOf(part, context));
    return new Dec(BigInt(counts.reduce((sum, count) => sum + count, 0)));
  },
  position: ([of], context) => {
    if (!of) return new Dec(BigInt(context.position ?? 0));
    const { at } = of[0] === "outer" ? (context.outer ?? context) : context;
    return positionOf(at?.get(of[0] === "self" ? placeOf(context.self) : of[1]), context);
  },
  "indexed-repeat": (parts, context) => indexedRepeat(parts, context, evaluate),
  pulldata: (parts, context) => pulldata(parts, context, evaluate),
  randomize: (parts, context) => single(valuesOf(["call", "randomize", ...parts], context, evaluate)),
  "jr:choice-name": ([value, place], context) =>
    context.choiceName(toText(evaluate(value, context)), toText(evaluate(place, context)), context),
  today: (_, context) => new Day((context.now ?? vietnamNow()).days),
  now: (_, context) => context.now ?? vietnamNow(),
};

/** The value of an expression; throws EvaluationError where there is none. */
export function evaluate(ast, context) {
  switch (ast[0]) {
    case "num":
      return parseDec(String(ast[1]));
    case "str":
      return ast[1];
    case "path":
      return context.places ? single(valuesOf(ast, context, evaluate)) : valueAt(ast[1], context);
    case "self":
      return valueAt(context.self, context);
    case "neg":
      return negated(toNumber(evaluate(ast[1], context)));
    case "op":
      return operate(ast, context);
    case "where":
    case "items":
    case "outer":
      return single(valuesOf(ast, context, evaluate));
    case "item":
      return columnOf(context.item.list, context.item.row, ast[1]);
    default:
      return call(ast[1], ast.slice(2), context);
  }
}

function valueAt(path, context) {
  return context.values.get(path) ?? "";
}

function operate([, sign, left, right], context) {
  const first = evaluate(left, context);
  if (sign === "and") return toBoolean(first) && toBoolean(evaluate(right, context));
  if (sign === "or") return toBoolean(first) || toBoolean(evaluate(right, context));
  return OPERATORS[sign](first, evaluate(right, context));
}

/** How many relevant nodes, or rows of a list, an argument of count() names. */
function countOf(part, context) {
  if (part[0] === "items") return rowsPassing(part[1], part.slice(3), context, evaluate).length;
  const exists = (path) => (context.exists ? context.exists(path) : context.values.has(path));
  return (pathsOf(part, context, evaluate) ?? []).filter(exists).length;
}

function call(name, parts, context) {
  if (Object.hasOwn(SPECIAL, name)) return SPECIAL[name](parts, context);
  if (TAKES_SETS.has(name) && context.exists)
    return FUNCTIONS.get(name)(
      ...parts.flatMap((part) =>
        SETS.has(part[0]) || part[1] === "randomize"
          ? valuesOf(part, context, evaluate)
          : [evaluate(part, context)],
      ),
    );
  return FUNCTIONS.get(name)(...parts.map((part) => evaluate(part, context)));
}

export { toBoolean, toText };
