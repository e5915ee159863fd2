// Times, moments and points on the globe as they are written: what is one, and how it is shown.
import { momentOf } from "./moments.js";

const TIME = /^([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?$/;
const COORDINATE = /^-?[0-9]{1,6}(?:\.[0-9]{1,15})?$/;

/** Whether a text is HH:MM[:SS[.mmm]][zone]. */
export function isTime(text) {
  const found = TIME.exec(text);
  if (!found) return false;
  const [hour, minute, second] = found.slice(1, 4).map((part) => Number(part ?? 0));
  return hour < 24 && minute < 60 && second < 60;
}

/** Whether a text is `latitude longitude[ altitude[ accuracy]]`. */
export function isPoint(text) {
  const parts = text.trim().split(/\s+/);
  if (parts.length < 2 || parts.length > 4 || !parts.every((part) => COORDINATE.test(part))) return false;
  const [latitude, longitude] = parts.map(Number);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

/** Whether a text is such points with `;` between; a shape ends where it began. */
export function isTrace(text, type) {
  const points = text.split(";").map((point) => point.trim()).filter(Boolean);
  const ground = (point) => point.split(/\s+/).slice(0, 2).join(" ");
  const closed = type !== "geoshape" || (points.length > 3 && ground(points[0]) === ground(points.at(-1)));
  return points.length > 1 && points.every(isPoint) && closed;
}

/** "08:30:00.000+07:00" -> "08:30". */
export function shownTime(stored) {
  return isTime(stored) ? stored.slice(0, 5) : stored;
}

/** "2026-11-21T08:30+07:00" -> "08:30 21/11/2026", as it was written. */
export function shownMoment(stored) {
  if (!momentOf(stored)) return stored;
  return `${stored.slice(11, 16)} ${stored.slice(0, 10).split("-").reverse().join("/")}`;
}
