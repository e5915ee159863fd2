// Values while they are evaluated: text, Dec, boolean, Day (a date, perhaps with a time of day). Blank is "".
// Mirrors dieutra/engine/lang/values.py.
import { Dec, NAN, ONE, ZERO, compare, near, numberText, parseDec } from "./decimal.js";

const NUMBER = /^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/;
const MS_A_DAY = 86400000;

/** The expression has no value for these answers, for example date('2021-02-30'). */
export class EvaluationError extends Error {}

/** A calendar day; `seconds` and `millis` of the day when it is a moment, which as number and text is its day. */
export class Day {
  constructor(days, seconds = null, millis = 0) {
    this.days = days; // since 1970-01-01
    this.seconds = seconds;
    this.millis = millis;
    const at = new Date(days * MS_A_DAY);
    this.year = at.getUTCFullYear();
    this.month = at.getUTCMonth() + 1;
    this.day = at.getUTCDate();
  }

  toString() {
    return `${pad(this.year, 4)}-${pad(this.month)}-${pad(this.day)}`;
  }
}

export function pad(number, width = 2) {
  return String(number).padStart(width, "0");
}

/** The Day of a year, month and day; null when the calendar has none. */
export function dayOf(year, month, day) {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  const exists =
    year >= 1 && at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return exists ? new Day(Math.round(at.getTime() / MS_A_DAY)) : null;
}

/** This moment in Vietnam. */
export function vietnamNow(at = Date.now()) {
  const local = at + 7 * 3600000;
  const days = Math.floor(local / MS_A_DAY);
  const inside = local - days * MS_A_DAY;
  return new Day(days, Math.floor(inside / 1000), inside % 1000);
}

export function toNumber(value) {
  if (value instanceof Dec) return value;
  if (typeof value === "boolean") return value ? ONE : ZERO;
  if (value instanceof Day) return new Dec(BigInt(value.days));
  let text = value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  if (text.split(",").length === 2) text = text.replace(",", ".");
  return NUMBER.test(text) ? parseDec(text) : NAN;
}

export function toText(value) {
  return value instanceof Dec ? numberText(value) : String(value);
}

export function toBoolean(value) {
  if (typeof value === "boolean") return value;
  if (value instanceof Dec) return !value.isNaN && !value.isZero;
  return value !== "";
}

export function isBlank(value) {
  return value === "" || (value instanceof Dec && value.isNaN);
}

/** `=`: as booleans if one is a boolean, as numbers if one is a number, else as text. */
export function equal(a, b) {
  if (typeof a === "boolean" || typeof b === "boolean") return toBoolean(a) === toBoolean(b);
  if (a instanceof Dec || b instanceof Dec) return bothNumbers(a, b, near);
  return toText(a) === toText(b);
}

export function less(a, b) {
  return bothNumbers(a, b, (left, right) => compare(left, right) < 0 && !near(left, right));
}

export function atMost(a, b) {
  return bothNumbers(a, b, (left, right) => compare(left, right) < 0 || near(left, right));
}

function bothNumbers(a, b, test) {
  const [left, right] = [toNumber(a), toNumber(b)];
  return !left.isNaN && !right.isNaN && test(left, right);
}
