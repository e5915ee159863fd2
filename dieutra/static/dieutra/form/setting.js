// Answers that are given by an event: a new row begins with some, and a person's change may bring others.
import { namesIn, placeOf, rowsAround } from "./places.js";
import { asStored, storedText } from "./types.js";

function valueFor(sheet, node, path, ast) {
  return storedText(asStored(sheet.compute(ast, { path, at: rowsAround(path) }), node.type), node.type);
}

/** [[path, value], …] of the nodes that are set when the answers at `paths` were changed by a person. */
export function setAfter(sheet, paths) {
  const changes = new Map();
  for (const path of paths) {
    for (const { node, value } of targetsOf(sheet, placeOf(path))) {
      for (const target of sheet.places.pathsAt(node.path, rowsAround(path), sheet.rows)) {
        changes.set(target, valueFor(sheet, node, target, value));
      }
    }
  }
  return [...changes];
}

function targetsOf(sheet, place) {
  sheet.settersBy ??= settersOf(sheet.form);
  return sheet.settersBy.get(place) || [];
}

function settersOf(form) {
  const by = new Map();
  for (const node of form.nodes) {
    for (const set of node.sets || []) {
      if (set.event !== "changed") continue;
      if (!by.has(set.by)) by.set(set.by, []);
      by.get(set.by).push({ node, value: set.value });
    }
  }
  return by;
}

/** [[path, value], …] that a row begins with: static defaults, and a first row of each inner repeat. */
export function firstAnswers(sheet, row) {
  const changes = [];
  const walk = (place, base) => {
    for (const node of sheet.places.members.get(place) || []) {
      const path = base + node.path.slice(placeOf(base).length);
      if (node.kind !== "repeat") {
        if (node.type && node.default) changes.push([path, node.default]);
        walk(node.path, path);
      } else if (!node.count) {
        changes.push([path, "1"]);
        walk(node.path, `${path}[1]`);
      }
    }
  };
  walk(placeOf(row), row);
  return changes;
}

/** [[path, value], …] that are set when a row is added; the row stands already. */
export function setInRow(sheet, row) {
  const place = placeOf(row);
  const changes = [];
  for (const node of sheet.form.nodes) {
    const set = (node.sets || []).find(({ event }) => event === "row");
    if (!set || sheet.places.above.get(node.path).at(-1) !== place) continue;
    const path = row + node.path.slice(place.length);
    changes.push([path, valueFor(sheet, node, path, set.value)]);
  }
  return changes;
}

/** What rows that a count has called for begin with, and the lists that remember them. */
export function begunRows(sheet) {
  const changes = [];
  for (const [list, names] of sheet.rows) {
    if (!sheet.node(list).count) continue;
    const known = namesIn(sheet.stored(list));
    const fresh = names.filter((name) => !known.includes(name));
    if (!fresh.length) continue;
    for (const name of fresh) {
      const row = `${list}[${name}]`;
      const given = [...firstAnswers(sheet, row), ...setInRow(sheet, row)];
      changes.push(...given.filter(([path]) => !sheet.stored(path)));
    }
    changes.push([list, [...known, ...fresh].join(" ")]);
  }
  return changes;
}
