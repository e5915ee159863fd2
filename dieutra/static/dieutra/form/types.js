// From stored strings to typed values and back, and what is wrong with a string that is none of its node's type.
// Mirrors dieutra/engine/forms/typed.py.
import { parseDec, whole } from "./decimal.js";
import { toDate } from "./functions.js";
import { clockOf, momentOf } from "./moments.js";
import { asTyped, isDate, shownDate, shownNumber } from "./numbers.js";
import { Day, EvaluationError, dayOf, isBlank, toNumber, toText } from "./values.js";

const INTEGER = /^(?:-?[1-9][0-9]*|0)$/;
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/;
const CLOCK = /^[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?$/;
const PART_OF_POINT = /^-?[0-9]{1,6}(?:\.[0-9]{1,15})?$/;
const LONG = ["geotrace", "geoshape"];
const MAX_LENGTH = 2000;
const MAX_DIGITS = 15;

/** The value of a stored string in expressions; a malformed one stays the text that it is. */
export function typed(raw, node) {
  if (!raw || typeProblem(raw, node, () => "bad")) return raw;
  if (node.type === "int" || node.type === "decimal") return parseDec(raw);
  if (node.type === "date") return dayOf(...raw.split("-").map(Number));
  if (node.type === "dateTime") return momentOf(raw);
  return node.type === "time" ? clockOf(raw) : raw;
}

/** What to tell the reader about a string that is not of its node's type; null when it is. */
export function typeProblem(raw, node, say) {
  if ([...raw].length > MAX_LENGTH && !LONG.includes(node.type)) return say("tooLong", MAX_LENGTH);
  if (CONTROL.test(raw)) return say("controlSign");
  if (node.type === "int" || node.type === "decimal") return numberProblem(raw, node.type, say);
  if (node.type === "date") return isDate(raw) ? null : say("badDate", raw);
  if (node.type === "time") return isTime(raw) ? null : say("badTime", raw);
  if (node.type === "dateTime") return isMoment(raw) ? null : say("badMoment", raw);
  if (node.type === "geopoint") return isPoint(raw) ? null : say("badPoint", raw);
  if (LONG.includes(node.type)) return isLine(raw, node.type) ? null : say("badLine", raw.slice(0, 60));
  if (node.type === "select1") return isChoice(raw, node) ? null : say("badChoice", raw);
  if (node.type === "select") return choicesProblem(raw.split(/\s+/).filter(Boolean), node, say);
  return null;
}

const isTime = (text) => CLOCK.test(text) && clockOf(text) !== null;

function isMoment(raw) {
  const [day, clock] = raw.split("T");
  return isDate(day) && isTime(clock ?? "") && momentOf(raw) !== null;
}

function isPoint(raw) {
  const parts = raw.split(/\s+/).filter(Boolean);
  if (parts.length < 2 || parts.length > 4 || !parts.every((part) => PART_OF_POINT.test(part))) return false;
  return Math.abs(Number(parts[0])) <= 90 && Math.abs(Number(parts[1])) <= 180;
}

/** Points with ";" between; a shape ends where it began. */
function isLine(raw, type) {
  const points = raw
    .split(";")
    .map((part) => part.trim())
    .filter(Boolean);
  const start = (point) => point.split(/\s+/).slice(0, 2).join(" ");
  const closed = type !== "geoshape" || (points.length > 3 && start(points[0]) === start(points.at(-1)));
  return points.length > 1 && points.every(isPoint) && closed;
}

function numberProblem(raw, type, say) {
  if ((type === "int" ? INTEGER : DECIMAL).test(raw)) {
    return raw.replace(/^[-0.]+/, "").replace(".", "").length > MAX_DIGITS
      ? say("tooManyDigits", shownNumber(raw), MAX_DIGITS)
      : null;
  }
  const text = asTyped(raw);
  const group = /^(-?[1-9][0-9]{0,2})[.,]([0-9]{3})$/.exec(text);
  if (type === "decimal" && group)
    return say("ambiguousGroup", text, group[1] + group[2], `${group[1]},${group[2]}`);
  if (type === "int") return say("wholeNumber", raw);
  return say("ambiguous", raw);
}

function choicesProblem(picked, node, say) {
  const strange = picked.find((word) => !isChoice(word, node));
  if (strange !== undefined) return say("badChoice", strange);
  return new Set(picked).size < picked.length ? say("twice", picked.join(" ")) : null;
}

function isChoice(word, node) {
  return (node.choices || []).some((choice) => choice.value === word);
}

/** A calculated value as a node of this type holds it; what is no number or no date is blank. */
export function asStored(value, type) {
  if (type === "int" || type === "decimal") {
    const number = toNumber(value);
    if (!number.isFinite) return "";
    return type === "int" ? whole(number) : number;
  }
  if (type === "date") return storedDate(value);
  return isBlank(value) || value.isFinite === false ? "" : toText(value);
}

function storedDate(value) {
  try {
    const day = toDate(value);
    return day instanceof Day ? day : "";
  } catch (problem) {
    if (problem instanceof EvaluationError) return "";
    throw problem;
  }
}

/** A stored string inside a message, in the way of the page's language. */
export function inMessage(raw, node, lang) {
  if (node.choices)
    return raw
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => choiceLabel(word, node, lang))
      .join(", ");
  const isNumber = (node.type === "int" || node.type === "decimal") && DECIMAL.test(raw);
  if (!isNumber) return node.type === "date" ? shownDate(raw) : raw;
  if (lang !== "vi") return shownNumber(raw).replace(/[.,]/g, (mark) => (mark === "." ? "," : "."));
  return shownNumber(raw);
}

function choiceLabel(word, node, lang) {
  return node.choices.find((choice) => choice.value === word)?.label[lang] ?? word;
}
