// Points on the earth as GPS writes them: distance, area, fence. Mirrors dieutra/engine/lang/geo.py.
import { fromDouble } from "./decimal.js";
import { EvaluationError } from "./values.js";

const RADIUS = 6378100;
const METRES_A_DEGREE = (2 * RADIUS * Math.PI) / 360;
const PART = /^-?[0-9]+(?:\.[0-9]*)?$/;
const radians = (degrees) => (degrees * Math.PI) / 180;

function points(values) {
  if (values.length !== 1 || typeof values[0] !== "string") return values.map(point);
  const parts = values[0].split(";");
  while (parts.length > 1 && !parts.at(-1).trim()) parts.pop();
  return parts.map(point);
}

/** [latitude, longitude]; what is left out is 0. */
function point(value) {
  const parts = typeof value === "string" ? value.split(/\s+/).filter(Boolean) : ["?"];
  if (parts.length > 4 || !parts.every((part) => PART.test(part))) throw new EvaluationError("point");
  const [latitude = 0, longitude = 0] = parts.map(Number);
  return [latitude, longitude];
}

const pairs = (line) => line.slice(1).map((each, at) => [line[at], each]);

export function distance(...values) {
  return fromDouble(pairs(points(values)).reduce((sum, pair) => sum + between(...pair), 0));
}

function between(one, other) {
  if (one[0] === other[0] && one[1] === other[1]) return 0;
  const turn = radians(one[1] - other[1]);
  const [a, b] = [radians(one[0]), radians(other[0])];
  const cosine = Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(turn);
  return Math.acos(Math.max(-1, Math.min(1, cosine))) * RADIUS;
}

export function area(...values) {
  const shape = points(values);
  const flat = shape.length > 2 ? shape.slice(1).map((each) => flattened(shape[0], each)) : [];
  const sum = pairs(flat).reduce((total, [[x1, y1], [x2, y2]]) => total + (y1 * x2 - x1 * y2) / 2, 0);
  return fromDouble(Math.abs(sum));
}

/** Metres east and north of the start. */
function flattened(start, each) {
  const east = (each[1] - start[1]) * METRES_A_DEGREE * Math.cos(radians(each[0]));
  return [east, (each[0] - start[0]) * METRES_A_DEGREE];
}

export function geofence(value, shape) {
  const [y, x] = point(value);
  return pairs(points([shape])).reduce(
    (inside, [[y1, x1], [y2, x2]]) =>
      y2 > y !== y1 > y && x < ((x1 - x2) * (y - y2)) / (y1 - y2) + x2 ? !inside : inside,
    false,
  );
}
