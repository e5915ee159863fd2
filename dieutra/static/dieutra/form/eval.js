// Interprets an expression tree (docs/form-model.md); mirrors dieutra/engine/lang/to_python.py.
// A context is {values: Map(path -> value, present when the node is relevant), self: path, now?: Day}.
import { Dec, add, divide, multiply, negated, parseDec, remainder, subtract } from "./decimal.js";
import { FUNCTIONS } from "./functions.js";
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

const SPECIAL = {
  if: ([test, yes, no], context) => evaluate(toBoolean(evaluate(test, context)) ? yes : no, context),
  once: ([fresh], context) => {
    const held = valueAt(context.self, context);
    return isBlank(held) ? evaluate(fresh, context) : held;
  },
  count: (parts, context) => {
    const paths = parts.map((part) => (part[0] === "self" ? context.self : part[1]));
    return new Dec(BigInt(paths.filter((path) => context.values.has(path)).length));
  },
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
      return valueAt(ast[1], context);
    case "self":
      return valueAt(context.self, context);
    case "neg":
      return negated(toNumber(evaluate(ast[1], context)));
    case "op":
      return operate(ast, context);
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

function call(name, parts, context) {
  if (Object.hasOwn(SPECIAL, name)) return SPECIAL[name](parts, context);
  return FUNCTIONS.get(name)(...parts.map((part) => evaluate(part, context)));
}

export { toBoolean, toText };
