// From stored strings to typed values and back, and what is wrong with a string that is none of its node's type.
// Mirrors dieutra/engine/forms/typed.py.
import { parseDec, whole } from "./decimal.js";
import { toDate } from "./functions.js";
import { clockOf, dateTime, momentOf, momentText } from "./moments.js";
import { isPoint, isTime, isTrace, shownMoment, shownTime } from "./written.js";
import { asTyped, isAmount, isDate, shownDate, shownNumber } from "./numbers.js";
import { Day, EvaluationError, dayOf, isBlank, toNumber, toText } from "./values.js";

const INTEGER = /^(?:-?[1-9][0-9]*|0)$/;
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/;
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
  if ([...raw].length > MAX_LENGTH && !isLong(node)) return say("tooLong", MAX_LENGTH);
  if (CONTROL.test(raw)) return say("controlSign");
  return PROBLEMS[node.type]?.(raw, say, node.choices) ?? null;
}

const isLong = ({ type }) => type === "geotrace" || type === "geoshape";

const PROBLEMS = {
  int: (raw, say) => numberProblem(raw, "int", say),
  decimal: (raw, say) => numberProblem(raw, "decimal", say),
  date: (raw, say) => (isDate(raw) ? null : say("badDate", raw)),
  time: (raw, say) => (isTime(raw) ? null : say("badTime", raw)),
  dateTime: (raw, say) => (isMoment(raw) ? null : say("badMoment", raw)),
  select1: (raw, say, choices) => (isChoice(raw, choices) ? null : say("badChoice", raw)),
  select: (raw, say, choices) => choicesProblem(wordsOf(raw), choices, say),
  rank: (raw, say, choices) => rankProblem(wordsOf(raw), choices, say),
  geopoint: (raw, say) => (isPoint(raw) ? null : say("badPoint", raw)),
  geotrace: (raw, say) => (isTrace(raw, "geotrace") ? null : say("badTrace")),
  geoshape: (raw, say) => (isTrace(raw, "geoshape") ? null : say("badShape")),
  binary: (raw, say) => (/^[^/\\\x00-\x1f]{1,255}$/.test(raw) ? null : say("badFile", raw)),
  acknowledge: (raw, say) => (raw === "OK" ? null : say("badChoice", raw)),
};

function isMoment(raw) {
  const [day, clock] = raw.split("T");
  return isDate(day) && isTime(clock ?? "") && momentOf(raw) !== null;
}

const wordsOf = (raw) => raw.split(/\s+/).filter(Boolean);

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

function choicesProblem(picked, choices, say) {
  const strange = picked.find((word) => !isChoice(word, choices));
  if (strange !== undefined) return say("badChoice", strange);
  return new Set(picked).size < picked.length ? say("twice", picked.join(" ")) : null;
}

function rankProblem(picked, choices, say) {
  const problem = choicesProblem(picked, choices, say);
  return problem ?? (choices && picked.length < choices.length ? say("rankAll", choices.length) : null);
}

/** Choices that depend on other answers are looked at by the sheet. */
function isChoice(word, choices) {
  return !choices || choices.some((choice) => choice.value === word);
}

/** A calculated value as a node of this type holds it; what is no number or no date is blank. */
export function asStored(value, type) {
  if (type === "int" || type === "decimal") {
    const number = toNumber(value);
    if (!number.isFinite) return "";
    return type === "int" ? whole(number) : number;
  }
  if (type === "date") return storedDate(value);
  if (type === "dateTime" || type === "time") return storedMoment(value);
  if (typeof value === "boolean") return value;
  return isBlank(value) || value.isFinite === false ? "" : toText(value);
}

function storedMoment(value) {
  try {
    const at = dateTime(value);
    return at instanceof Day ? at : "";
  } catch (problem) {
    if (problem instanceof EvaluationError) return "";
    throw problem;
  }
}

/** A value as a response keeps it at a node of this type; a boolean is 1 or 0. */
export function storedText(value, type) {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value instanceof Day && type === "dateTime") return momentText(value);
  if (value instanceof Day && type === "time") return momentText(value).split("T")[1];
  return toText(value);
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
export function inMessage(raw, node, lang, choices = node.choices) {
  if (choices?.length) return wordsOf(raw).map((word) => choiceLabel(word, choices, lang)).join(", ");
  if (node.type === "time") return shownTime(raw);
  if (node.type === "dateTime") return shownMoment(raw);
  const isNumber = (node.type === "int" || node.type === "decimal") && DECIMAL.test(raw);
  if (!isNumber) return node.type === "date" ? shownDate(raw) : raw;
  const text = shownNumber(raw, isAmount(node));
  return lang !== "vi" ? text.replace(/[.,]/g, (mark) => (mark === "." ? "," : ".")) : text;
}

function choiceLabel(word, choices, lang) {
  return choices.find((choice) => choice.value === word)?.label[lang] ?? word;
}
