// Exact decimals of 28 digits (halves to even), the numbers of the expression language: 0.1 + 0.2 is 0.3.
// A finite number is coefficient * 10^exponent. Mirrors EXACT of dieutra/engine/lang/values.py.

const DIGITS = 28;
const LARGEST = 308;
const SMALLEST = -350;
const TEXT = /^(-?)([0-9]*)(?:\.([0-9]*))?(?:e([+-]?[0-9]+))?$/i;

export class Dec {
  constructor(coefficient, exponent = 0, special = "") {
    this.c = coefficient;
    this.e = exponent;
    this.special = special; // "", "NaN", "Infinity", "-Infinity"
    Object.freeze(this);
  }

  get isNaN() {
    return this.special === "NaN";
  }

  get isFinite() {
    return this.special === "";
  }

  get isZero() {
    return this.isFinite && this.c === 0n;
  }
}

export const NAN = new Dec(0n, 0, "NaN");
export const INFINITY = new Dec(1n, 0, "Infinity");
export const MINUS_INFINITY = new Dec(-1n, 0, "-Infinity");
export const ZERO = new Dec(0n);
export const ONE = new Dec(1n);
const NEAR = new Dec(1n, -12);

/** From plain or exponent digits; the caller has made sure that the text is a number. */
export function parseDec(text) {
  const [, sign, whole, fraction = "", exponent = "0"] = TEXT.exec(text);
  const digits = BigInt(whole + fraction || "0");
  return new Dec(sign ? -digits : digits, Number(exponent) - fraction.length);
}

/** From a computed double, to 15 significant digits. */
export function fromDouble(number) {
  if (Number.isNaN(number)) return NAN;
  if (!Number.isFinite(number)) return number > 0 ? INFINITY : MINUS_INFINITY;
  return parseDec(number.toPrecision(15));
}

export function toDouble(number) {
  return number.isFinite ? Number(`${number.c}e${number.e}`) : Number(number.special);
}

function power(places) {
  return 10n ** BigInt(places);
}

function sizeOf(coefficient) {
  return (coefficient < 0n ? -coefficient : coefficient).toString().length;
}

/** The number with at most `digits` digits, halves to even; infinite or zero outside the range of doubles. */
export function rounded(number, digits = DIGITS) {
  if (!number.isFinite || number.c === 0n) return number;
  const size = sizeOf(number.c);
  if (number.e + size - 1 > LARGEST) return infinite(number.c > 0n);
  if (number.e + size - 1 < SMALLEST) return ZERO;
  const over = size - digits;
  if (over <= 0) return number;
  const step = power(over);
  let quotient = number.c / step;
  const rest = number.c - quotient * step;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice > step || (twice === step && quotient % 2n !== 0n)) quotient += number.c < 0n ? -1n : 1n;
  return rounded(new Dec(quotient, number.e + over), digits);
}

function aligned(a, b) {
  const e = Math.min(a.e, b.e);
  return [a.c * power(a.e - e), b.c * power(b.e - e), e];
}

export function add(a, b) {
  if (a.isFinite && b.isFinite) {
    const [left, right, e] = aligned(a, b);
    return rounded(new Dec(left + right, e));
  }
  if (a.isNaN || b.isNaN) return NAN;
  if (!a.isFinite && !b.isFinite) return a.special === b.special ? a : NAN;
  return a.isFinite ? b : a;
}

export function negated(a) {
  if (a.isFinite) return rounded(new Dec(-a.c, a.e));
  if (a.isNaN) return NAN;
  return a === INFINITY ? MINUS_INFINITY : INFINITY;
}

export function subtract(a, b) {
  return add(a, negated(b));
}

function infinite(positive) {
  return positive ? INFINITY : MINUS_INFINITY;
}

export function multiply(a, b) {
  if (a.isFinite && b.isFinite) return rounded(new Dec(a.c * b.c, a.e + b.e));
  if (a.isNaN || b.isNaN || a.isZero || b.isZero) return NAN;
  return infinite(a.c > 0n === b.c > 0n);
}

export function divide(a, b) {
  if (a.isNaN || b.isNaN || (!a.isFinite && !b.isFinite) || (a.isZero && b.isZero)) return NAN;
  if (!b.isFinite) return ZERO;
  if (!a.isFinite || b.isZero) return infinite(a.c >= 0n === b.c >= 0n);
  const shift = Math.max(0, DIGITS + 2 + sizeOf(b.c) - sizeOf(a.c));
  const top = a.c * power(shift);
  let quotient = top / b.c;
  // A digit that marks "and something more", so that a half that is no half does not go to even.
  const more = quotient * b.c !== top;
  quotient = quotient * 10n + (more ? (a.c < 0n === b.c < 0n ? 1n : -1n) : 0n);
  return rounded(new Dec(quotient, a.e - b.e - shift - 1));
}

export function remainder(a, b) {
  if (a.isNaN || b.isNaN || !a.isFinite || b.isZero) return NAN;
  if (!b.isFinite) return a;
  const [left, right, e] = aligned(a, b);
  return sizeOf(left / right) > DIGITS ? NAN : rounded(new Dec(left % right, e));
}

/** -1, 0 or 1; both must be numbers. */
export function compare(a, b) {
  if (!a.isFinite || !b.isFinite) return Math.sign(order(a) - order(b));
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function order(number) {
  return number.isFinite ? 0 : Number(number.special) > 0 ? 1 : -1;
}

export function absolute(a) {
  return a.isFinite ? rounded(new Dec(a.c < 0n ? -a.c : a.c, a.e)) : a.isNaN ? NAN : INFINITY;
}

/** Equal to within 1e-12, as JavaRosa has it. */
export function near(a, b) {
  if (compare(a, b) === 0) return true;
  const gap = absolute(subtract(a, b));
  return gap.isFinite && compare(gap, NEAR) < 0;
}

/** Without the fraction, towards zero. */
export function whole(a) {
  return a.isFinite && a.e < 0 ? new Dec(a.c / power(-a.e)) : a;
}

function floor(a) {
  const down = whole(a);
  return compare(a, down) < 0 ? new Dec(down.c * power(down.e) - 1n) : down;
}

const HALF = new Dec(5n, -1);

/** Halves go up (-2.5 becomes -2). */
export function roundHalfUp(a, places = 0) {
  if (!a.isFinite) return a;
  const scaled = floor(add(rounded(new Dec(a.c, a.e + places)), HALF));
  return rounded(new Dec(scaled.c, scaled.e - places));
}

/** Plain digits without exponent: whole numbers in full, others with at most 15 significant digits. */
export function numberText(a) {
  if (!a.isFinite) return a.special;
  const isWhole = compare(a, whole(a)) === 0;
  const kept = isWhole ? whole(a) : rounded(a, 15);
  if (kept.e >= 0) return (kept.c * power(kept.e)).toString();
  const digits = (kept.c < 0n ? -kept.c : kept.c).toString().padStart(1 - kept.e, "0");
  const fraction = digits.slice(kept.e).replace(/0+$/, "");
  const text = digits.slice(0, kept.e) + (fraction ? `.${fraction}` : "");
  return kept.c < 0n && text !== "0" ? `-${text}` : text;
}
