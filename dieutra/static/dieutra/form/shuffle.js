// JavaRosa's shuffle: Fisher and Yates with the generator of Park and Miller, so that a seed gives one order everywhere.
import { toDouble } from "./decimal.js";
import { toNumber } from "./values.js";

const MODULUS = 2147483647;

/** The items in the order that a seed gives; without one, in that of the response's own `fallback`. */
export function shuffled(items, seed, fallback = 1) {
  const given = seed === undefined || seed === "" ? NaN : toDouble(toNumber(seed));
  let state = Math.trunc(Number.isFinite(given) ? given : fallback) % MODULUS;
  if (state <= 0) state += MODULUS - 1;
  const order = [...items];
  for (let left = order.length; left > 0; left--) {
    state = (state * 16807) % MODULUS;
    const pick = Math.floor(((state - 1) / (MODULUS - 1)) * left);
    [order[left - 1], order[pick]] = [order[pick], order[left - 1]];
  }
  return order;
}
