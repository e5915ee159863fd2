// The functions of the expression language; mirrors dieutra/engine/lang/functions.py, name by name.
import * as decimal from "./decimal.js";
import { Dec, NAN, ZERO } from "./decimal.js";
import { base64Decode, digest } from "./digest.js";
import { area, distance, geofence } from "./geo.js";
import { dateTime, decimalDateTime, decimalTime, formatDate, toDate } from "./moments.js";
import { fullMatch } from "./regex.js";
import { EvaluationError, isBlank, pad, toBoolean, toNumber, toText } from "./values.js";

export { toDate };

const count = (number) => new Dec(BigInt(number));
const words = (value) => toText(value).split(/\s+/).filter(Boolean);
const numbersOf = (values) => values.map(toNumber).filter((number) => !number.isNaN);

function selected(value, choice) {
  if (choice instanceof Dec) throw new EvaluationError("selected()");
  const [found, wanted] = [words(value), toText(choice).trim()];
  return found.includes(wanted) || (!wanted && !found.length); // nothing holds nothing
}

function selectedAt(value, index) {
  const at = Math.trunc(decimal.toDouble(toNumber(index))) || 0;
  return words(value)[at] ?? "";
}

function extreme(sign) {
  return (...values) =>
    numbersOf(values).reduce(
      (best, it) => (best.isNaN || decimal.compare(it, best) * sign > 0 ? it : best),
      NAN,
    );
}

/** To so many places, at most 15 of them; more than 30 of them are absurd and give NaN. */
function round(value, places = ZERO) {
  const [number, wanted] = [toNumber(value), wholeOf(places)];
  if (!number.isFinite) return number;
  return Math.abs(wanted) > 30 ? NAN : decimal.roundHalfUp(number, Math.max(-15, Math.min(15, wanted)));
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

function checklist(least, most, ...marks) {
  const [low, high] = [wholeOf(least), wholeOf(most)];
  const found = marks.filter(toBoolean).length;
  return (low < 0 || found >= low) && (high < 0 || found <= high);
}

const wholeOf = (value) => Math.trunc(decimal.toDouble(toNumber(value))) || 0;

function weightedChecklist(least, most, ...pairs) {
  const [low, high] = [toNumber(least), toNumber(most)];
  let total = ZERO;
  for (let at = 0; at < pairs.length; at += 2)
    if (toBoolean(pairs[at])) total = decimal.add(total, toNumber(pairs[at + 1]));
  if (low.isNaN || high.isNaN || total.isNaN) return false;
  return decimal.compare(low, total) <= 0 && decimal.compare(total, high) <= 0;
}

/** At least 0, below 1, with 15 digits. */
function random() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return new Dec(((BigInt(high) << 32n) + BigInt(low)) % 10n ** 15n, -15);
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const MAX_LETTERS = 100;

function uuid(length) {
  if (length === undefined) return newUuid();
  const number = decimal.toDouble(toNumber(length));
  if (!(number >= 1 && number <= MAX_LETTERS)) throw new EvaluationError("uuid()");
  const signs = crypto.getRandomValues(new Uint32Array(Math.trunc(number)));
  return [...signs].map((sign) => LETTERS[sign % LETTERS.length]).join("");
}

/** As crypto.randomUUID(), which only exists where the page came over TLS. */
function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => pad(byte.toString(16))).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
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
    "date-time": dateTime,
    "format-date": formatDate,
    "format-date-time": formatDate,
    "decimal-date-time": decimalDateTime,
    "decimal-time": decimalTime,
    checklist,
    "weighted-checklist": weightedChecklist,
    distance,
    area,
    geofence,
    digest,
    "base64-decode": base64Decode,
    random,
    uuid,
  }),
);
