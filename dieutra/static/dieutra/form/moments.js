// Days, moments and times of day, in Vietnam's time; mirrors dieutra/engine/lang/moments.py.
import { Dec, NAN, compare, divide, multiply, subtract, toDouble, whole } from "./decimal.js";
import { Day, EvaluationError, dayOf, isBlank, pad, toText } from "./values.js";

const DATE = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$/;
const TIME =
  /^([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{0,9}))?)?(?:(Z)|([+-])([0-9]{1,2})(?::([0-9]{2}))?)?$/;
const MS_A_DAY = 86400000;
const MS_OF_VIETNAM = 7 * 3600000;
const [FIRST, LAST] = [-719162, 2932896]; // 0001-01-01 and 9999-12-31

function ofMillis(millis) {
  const days = Math.floor(millis / MS_A_DAY);
  const rest = millis - days * MS_A_DAY;
  return days >= FIRST && days <= LAST ? new Day(days, Math.floor(rest / 1000), rest % 1000) : null;
}

/** Since 1970-01-01T00:00 in Vietnam. */
function millisOf(at) {
  return at.days * MS_A_DAY + (at.seconds ?? 0) * 1000 + at.millis;
}

/** The moment that "2021-03-05T14:30:00.000+07:00" names; without a zone it is Vietnam's. Null: it is none. */
export function momentOf(text) {
  const [date, time, ...rest] = text.split("T");
  const found = DATE.exec(date);
  const day = found && dayOf(...found.slice(1).map(Number));
  const since = time === undefined || rest.length ? null : sinceMidnight(time);
  return day && since !== null ? ofMillis(day.days * MS_A_DAY + since) : null;
}

/** As a submission carries it: 2021-03-05T14:30:15.250+07:00. */
export function momentText(at) {
  const seconds = at.seconds ?? 0;
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => pad(part));
  return `${at}T${clock.join(":")}.${pad(at.millis, 3)}+07:00`;
}

/** The time of day that "14:30[:15[.250]][+07:00]" names, as a moment of 1970-01-01. Null: it is none. */
export function clockOf(text) {
  const since = sinceMidnight(text);
  return since === null ? null : ofMillis(((since % MS_A_DAY) + MS_A_DAY) % MS_A_DAY);
}

/** Milliseconds from Vietnam's midnight of the day that is written. */
function sinceMidnight(text) {
  const found = TIME.exec(text);
  if (!found) return null;
  const [hour, minute, second] = found.slice(1, 4).map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59) return null;
  const millis = Number((found[4] ?? "").padEnd(3, "0").slice(0, 3));
  const [zulu, sign, hours, minutes] = found.slice(5);
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60000;
  const turned = zulu || sign ? MS_OF_VIETNAM + (sign === "-" ? ahead : -ahead) : 0;
  return ((hour * 60 + minute) * 60 + second) * 1000 + millis + turned;
}

/** A day from text, from days since 1970-01-01 or from a moment; blank stays blank. */
export function toDate(value) {
  if (value instanceof Day) return value.seconds === null ? value : new Day(value.days);
  if (isBlank(value)) return value;
  return value instanceof Dec ? dateOfDays(value) : read(value);
}

/** A moment or a day as it is, one from text, or from days since 1970-01-01T00:00Z; blank stays blank. */
export function toMoment(value) {
  if (value instanceof Day || isBlank(value)) return value;
  return value instanceof Dec ? momentOfDays(value) : read(value);
}

function read(value) {
  const text = toText(value);
  const found = DATE.exec(text);
  const at = found ? dayOf(...found.slice(1).map(Number)) : momentOf(text);
  if (!at) throw new EvaluationError(`date(${text.slice(0, 50)})`);
  return at;
}

function dateOfDays(number) {
  const days = Math.trunc(toDouble(number));
  if (!(days >= FIRST && days <= LAST)) throw new EvaluationError("date()");
  return new Day(days + 0);
}

function momentOfDays(number) {
  const millis = toDouble(whole(multiply(number, new Dec(BigInt(MS_A_DAY)))));
  const at = Number.isFinite(millis) ? ofMillis(millis + MS_OF_VIETNAM) : null;
  if (!at) throw new EvaluationError("date-time()");
  return at;
}

/** date-time(): a moment; a day is its midnight. */
export function dateTime(value) {
  const at = toMoment(value);
  return at instanceof Day && at.seconds === null ? new Day(at.days, 0) : at;
}

export function formatDate(value, pattern) {
  const at = toMoment(value);
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
  if (!Object.hasOwn(parts, letter)) throw new EvaluationError(`format-date(%${letter})`);
  return parts[letter];
}

const partOfDay = (millis) => divide(new Dec(BigInt(millis)), new Dec(BigInt(MS_A_DAY)));

/** Days since 1970-01-01T00:00Z; a number is taken for such days, a day means midnight in Vietnam. */
export function decimalDateTime(value) {
  const at = value instanceof Dec ? value : toMoment(value);
  return at instanceof Day ? partOfDay(millisOf(at) - MS_OF_VIETNAM) : counted(at);
}

/** The part of the day that has passed: 0.5 is noon. */
export function decimalTime(value) {
  const at = value instanceof Dec ? value : toMoment(value);
  if (at instanceof Day) return partOfDay((((millisOf(at) % MS_A_DAY) + MS_A_DAY) % MS_A_DAY));
  const days = counted(at);
  if (!(days instanceof Dec)) return days;
  if (days.isNaN) return NAN;
  const down = whole(days);
  const rest = subtract(days, down);
  return compare(rest, new Dec(0n)) < 0 ? subtract(days, subtract(down, new Dec(1n))) : rest;
}

/** Blank, or days that a calendar has room for. */
function counted(days) {
  if (days instanceof Dec && !days.isNaN) momentOfDays(days);
  return days;
}
