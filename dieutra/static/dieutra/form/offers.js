// What a question offers to choose from when that depends on other answers, on a list or on the rows of a repeat.
import { evaluate } from "./eval.js";
import { columnOf, pathsOf, rowsPassing } from "./nodesets.js";
import { shuffled } from "./shuffle.js";
import { inMessage } from "./types.js";
import { toText } from "./values.js";

/** The choices of an instance with an itemset: [{value, label}], those without a value left out. */
export function offersOf(sheet, { node, path, at }) {
  const { itemset } = node;
  const context = sheet.context(path, at);
  const offered = itemset.repeat ? fromRepeat(sheet, itemset, context) : fromList(sheet, itemset, context);
  const choices = offered.filter(({ value }) => value !== "");
  if (!itemset.shuffle) return choices;
  return shuffled(choices, itemset.seed ? evaluate(itemset.seed, context) : undefined, sheet.seed);
}

function fromList(sheet, itemset, context) {
  const tests = itemset.filter ? [itemset.filter] : [];
  const rows = rowsPassing(itemset.list, tests, context, evaluate);
  return choicesOf(sheet.form.lists[itemset.list], itemset, rows);
}

/** The rows of a list as choices. */
export function choicesOf(list, { value, label }, rows = list.rows.map((_, at) => at)) {
  const plain = label !== "label" || !list.labels?.length;
  return rows.map((row) => ({
    value: columnOf(list, row, value),
    label: plain ? { vi: columnOf(list, row, label) } : (list.labels?.[row] ?? {}),
  }));
}

function fromRepeat(sheet, { repeat, value, label, filter }, context) {
  const rows = pathsOf(["where", repeat, [repeat, ...(filter ? [filter] : [])]], context, evaluate);
  return rows.filter(sheet.exists).map((row) => {
    const [from, shown] = [value, label].map((place) => row + place.slice(repeat.length));
    const text = sheet.written.get(shown) || "";
    const words = inMessage(text, sheet.node(shown), sheet.lang, sheet.everOffered(sheet.node(shown)));
    return { value: toText(sheet.values.get(from) ?? ""), label: { [sheet.lang]: words } };
  });
}
