// The functions of the expression language; mirrors dieutra/engine/lang/functions.py, name by name.
import * as decimal from "./decimal.js";
import { Dec, NAN, ZERO } from "./decimal.js";
import { fullMatch } from "./regex.js";
import { Day, EvaluationError, dayOf, isBlank, pad, toBoolean, toNumber, toText } from "./values.js";

const count = (number) => new Dec(BigInt(number));
const words = (value) => toText(value).split(/\s+/).filter(Boolean);
const numbersOf = (values) => values.map(toNumber).filter((number) => !number.isNaN);

function selected(value, choice) {
  if (choice instanceof Dec) throw new EvaluationError("selected()");
  return words(value).includes(toText(choice).trim());
}

function selectedAt(value, index) {
  const at = decimal.toDouble(toNumber(index));
  return words(value)[at >= 0 ? Math.trunc(at) : -1] ?? "";
}

function extreme(sign) {
  return (...values) =>
    numbersOf(values).reduce(
      (best, it) => (best.isNaN || decimal.compare(it, best) * sign > 0 ? it : best),
      NAN,
    );
}

function round(value, places = ZERO) {
  const wanted = toNumber(places);
  const at = wanted.isFinite ? Math.max(-15, Math.min(15, Math.trunc(decimal.toDouble(wanted)))) : 0;
  return decimal.roundHalfUp(toNumber(value), at);
}

/** A function on doubles as one on values. */
function real(compute) {
  return (...values) => {
    const given = values.map(toNumber);
    return given.some((number) => number.isNaN)
      ? NAN
      : decimal.fromDouble(compute(...given.map(decimal.toDouble)));
  };
}

function substr(value, start, end) {
  const signs = [...toText(value)];
  const last = end === undefined ? signs.length : indexIn(signs.length, end);
  return signs.slice(indexIn(signs.length, start), last).join("");
}

function indexIn(length, value) {
  const number = toNumber(value);
  if (number.isNaN) return 0;
  const index = Math.trunc(Math.max(-length, Math.min(length, decimal.toDouble(number))));
  return index < 0 ? index + length : index;
}

function before(value, mark) {
  const at = toText(mark) === "" ? -1 : toText(value).indexOf(toText(mark));
  return at < 0 ? "" : toText(value).slice(0, at);
}

function after(value, mark) {
  const at = toText(value).indexOf(toText(mark));
  return at < 0 ? "" : toText(value).slice(at + toText(mark).length);
}

function translate(value, old, replacement) {
  const table = new Map();
  const signs = [...toText(replacement)];
  [...toText(old)].forEach((sign, at) => table.has(sign) || table.set(sign, signs[at] ?? ""));
  return [...toText(value)].map((sign) => table.get(sign) ?? sign).join("");
}

export function toDate(value) {
  if (value instanceof Day || isBlank(value)) return value;
  if (value instanceof Dec) return dateOfDays(value);
  const found = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$/.exec(toText(value));
  const day = found && dayOf(...found.slice(1).map(Number));
  if (!day) throw new EvaluationError(`date(${toText(value).slice(0, 50)})`);
  return day;
}

function dateOfDays(number) {
  const days = Math.floor(decimal.toDouble(number));
  if (!(days >= -719162 && days <= 2932896)) throw new EvaluationError("date()");
  return new Day(days);
}

function formatDate(value, pattern) {
  const at = toDate(value);
  return at instanceof Day ? toText(pattern).replace(/%([^]?)/gu, (_, letter) => datePart(at, letter)) : "";
}

function datePart(at, letter) {
  const seconds = at.seconds ?? 0;
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = {
    Y: pad(at.year, 4),
    y: pad(at.year % 100),
    m: pad(at.month),
    n: String(at.month),
    d: pad(at.day),
    e: String(at.day),
    H: pad(hour),
    h: String(hour),
    M: pad(minute),
    S: pad(second),
    3: pad(at.millis, 3),
    "%": "%",
  };
  if (!(letter in parts)) throw new EvaluationError(`format-date(%${letter})`);
  return parts[letter];
}

function decimalDateTime(value) {
  const at = toDate(value);
  const offset = decimal.divide(new Dec(7n), new Dec(24n));
  return at instanceof Day ? decimal.subtract(toNumber(at), offset) : at;
}

/** Name -> function on values. `if`, `once`, `count`, `today` and `now` are in eval.js. */
export const FUNCTIONS = new Map(
  Object.entries({
    coalesce: (...values) => values.find((value) => !isBlank(value)) ?? values[values.length - 1],
    selected,
    "selected-at": selectedAt,
    "count-selected": (value) => count(words(value).length),
    "count-non-empty": (...values) => count(values.filter((value) => !isBlank(value)).length),
    sum: (...values) => numbersOf(values).reduce(decimal.add, ZERO),
    min: extreme(-1),
    max: extreme(1),
    round,
    int: (value) => decimal.whole(toNumber(value)),
    number: toNumber,
    string: toText,
    boolean: toBoolean,
    "boolean-from-string": (value) => ["true", "1"].includes(toText(value).toLowerCase()),
    not: (value) => !toBoolean(value),
    true: () => true,
    false: () => false,
    abs: (value) => decimal.absolute(toNumber(value)),
    pow: real(Math.pow),
    sqrt: real(Math.sqrt),
    exp: real(Math.exp),
    exp10: real((number) => Math.pow(10, number)),
    log: real(Math.log),
    log10: real(Math.log10),
    sin: real(Math.sin),
    cos: real(Math.cos),
    tan: real(Math.tan),
    asin: real(Math.asin),
    acos: real(Math.acos),
    atan: real(Math.atan),
    atan2: real(Math.atan2),
    pi: () => decimal.fromDouble(Math.PI),
    concat: (...values) => values.map(toText).join(""),
    join: (separator, ...values) => values.map(toText).join(toText(separator)),
    "string-length": (value) => count([...toText(value)].length),
    substr,
    "substring-before": before,
    "substring-after": after,
    contains: (value, part) => toText(value).includes(toText(part)),
    "starts-with": (value, part) => toText(value).startsWith(toText(part)),
    "ends-with": (value, part) => toText(value).endsWith(toText(part)),
    "normalize-space": (value) =>
      toText(value)
        .replace(/[ \t\r\n]+/g, " ")
        .replace(/^ | $/g, ""),
    translate,
    regex: (value, pattern) => fullMatch(toText(value), toText(pattern)),
    date: toDate,
    "format-date": formatDate,
    "decimal-date-time": decimalDateTime,
  }),
);
