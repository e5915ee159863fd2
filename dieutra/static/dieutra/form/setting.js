// Answers that are given by an event: a new row begins with some, and a person's change may bring others.
import { placeOf, rowsAround } from "./places.js";
import { asStored } from "./types.js";
import { toText } from "./values.js";

function valueFor(sheet, node, path, ast) {
  return toText(asStored(sheet.compute(ast, { path, at: rowsAround(path) }), node.type));
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

/** [[path, value], …] that a row begins with: defaults, values set at its birth, and a first row of each inner repeat. */
export function firstAnswers(sheet, row) {
  const place = placeOf(row);
  const changes = [];
  const inner = (node, base) => base + node.path.slice(placeOf(base).length);
  const walk = (parent, base) => {
    for (const node of sheet.places.members.get(parent) || []) {
      const path = inner(node, base);
      if (node.kind === "repeat") {
        if (node.count) continue;
        changes.push([path, "1"]);
        walk(node.path, `${path}[1]`);
      } else {
        const given = node.type ? firstValue(sheet, node, path) : "";
        if (given) changes.push([path, given]);
        walk(node.path, path);
      }
    }
  };
  walk(place, row);
  return changes;
}

function firstValue(sheet, node, path) {
  const set = (node.sets || []).find(({ event }) => event === "row");
  return set ? valueFor(sheet, node, path, set.value) : (node.default ?? "");
}
