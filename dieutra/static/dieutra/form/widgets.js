// Questions that are asked for in several inputs under one heading: how they are read, and how a string is shown.
// Says the same as dieutra/channels/web/parts.py.
import { shownTime } from "./written.js";
import { canonicalDate, shownDate } from "./numbers.js";
import { readRank, showRank } from "./rank.js";

const parts = (element) => [...element.querySelectorAll(".dt-part")];
const inputs = (element) => [...element.querySelectorAll("input[type=radio], input[type=checkbox]")];

const choices = {
  read: (element) =>
    inputs(element)
      .filter((input) => input.checked)
      .map((input) => input.value)
      .join(" "),
  show: (element, value) => {
    const chosen = value.split(" ");
    for (const input of inputs(element)) input.checked = chosen.includes(input.value);
  },
};

const datetime = {
  read: (element) => {
    const [day, time] = parts(element).map((part) => part.value.trim());
    return day || time ? `${canonicalDate(day)}T${time}` : "";
  },
  show: (element, value) => {
    const at = value.indexOf("T");
    const [day, time] = at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + 1)];
    const fields = parts(element);
    put(fields[0], shownDate(day));
    put(fields[1], shownTime(time));
  },
};

const geopoint = {
  read: (element) => {
    const numbers = parts(element).map((part) => part.value.trim().replace(",", "."));
    while (numbers.length && !numbers.at(-1)) numbers.pop();
    return numbers.map((number) => number || "?").join(" ");
  },
  show: (element, value) => {
    const numbers = value.split(/\s+/).map((part) => (part === "?" ? "" : part));
    parts(element).forEach((part, at) => put(part, numbers[at] ?? ""));
  },
};

const file = {
  read: (element) => element.querySelector("[data-file-name]").value,
  show: (element, value) => {
    put(element.querySelector("[data-file-name]"), value);
    element.dispatchEvent(new CustomEvent("dt-shown"));
  },
};

const rank = { read: readRank, show: showRank };

export const WIDGETS = { radios: choices, checkboxes: choices, datetime, geopoint, file, rank };

function put(field, text) {
  if (field && field.value !== text) field.value = text;
}
