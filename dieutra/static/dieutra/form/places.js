// Places in the form and paths in a response: /data/ho/ten is a place, /data/ho[4]/ten the one in row 4.
// `rows` maps the path of a repeat to the names of its rows; `at` maps a repeat's place to the row one stands in.

export const MOST_ROWS = 1000;
const ROW_NAME = /^[1-9][0-9]{0,5}$/;

/** The place of a path. */
export function placeOf(path) {
  return path.includes("[") ? path.replace(/\[[0-9]+\]/g, "") : path;
}

/** The names of rows in a stored list: positive numbers, each once. */
export function namesIn(list) {
  const names = (list || "").split(/\s+/).filter((name) => ROW_NAME.test(name));
  return [...new Set(names)].slice(0, MOST_ROWS);
}

/** The names 1 … n of a repeat whose rows are counted. */
export function namesUpTo(count) {
  return Array.from({ length: Math.max(0, Math.min(MOST_ROWS, count)) }, (_, at) => String(at + 1));
}

/** The list and the name of a row: "/data/ho[4]" -> ["/data/ho", "4"]. */
export function splitRow(row) {
  const at = row.lastIndexOf("[");
  return [row.slice(0, at), row.slice(at + 1, -1)];
}

/** The rows that a path stands in, by the place of their repeat. */
export function rowsAround(path) {
  return new Map(rowsAbove(path).map((row) => [placeOf(row), row]));
}

/** The rows that a path stands in, outermost first. */
export function rowsAbove(path) {
  return [...path.matchAll(/\]/g)].map(({ index }) => path.slice(0, index + 1));
}

/** The form's nodes by place, and which repeats lie above each. */
export class Places {
  constructor(form) {
    this.nodes = new Map(form.nodes.map((node) => [node.path, node]));
    this.members = new Map();
    this.above = new Map(); // place -> repeats above it, itself too, outermost first
    for (const node of form.nodes) {
      const parent = node.parent ?? null;
      if (!this.members.has(parent)) this.members.set(parent, []);
      this.members.get(parent).push(node);
      const above = this.above.get(parent) ?? [];
      this.above.set(node.path, node.kind === "repeat" ? [...above, node.path] : above);
    }
    this.hasRepeats = form.nodes.some((node) => node.kind === "repeat");
  }

  /** How many of the repeats above a place are the rows one stands in. */
  shared(above, at, limit = above.length) {
    let shared = 0;
    while (shared < limit && at?.has(above[shared])) shared += 1;
    return shared;
  }

  /** The paths at a place seen from the rows in `at`: the one in the same rows, else those of all rows, in order. */
  pathsAt(place, at, rows) {
    const above = this.above.get(place);
    if (!above?.length) return [place];
    const shared = this.shared(above, at);
    let from = shared ? above[shared - 1] : "";
    let paths = [shared ? at.get(from) : ""];
    for (const repeat of above.slice(shared)) {
      const step = repeat.slice(from.length);
      paths = paths.flatMap((path) => rowsOf(path + step, rows));
      from = repeat;
    }
    const rest = place.slice(from.length);
    return rest ? paths.map((path) => path + rest) : paths;
  }

  /** Whether a place is one of several rows, seen from `at`. */
  isSet(place, at) {
    const above = this.above.get(place);
    return Boolean(above?.length) && this.shared(above, at) < above.length;
  }

  /** Every node of a response in order: {node, path, parent, at, isList?, isRow?}. */
  *instances(rows, parent = null, base = null, at = undefined) {
    for (const node of this.members.get(parent) || []) {
      const path = base === null || parent === null ? node.path : base + node.path.slice(parent.length);
      if (node.kind !== "repeat") {
        yield { node, path, parent: base, at };
        yield* this.instances(rows, node.path, path, at);
        continue;
      }
      yield { node, path, parent: base, at, isList: true };
      for (const row of rowsOf(path, rows)) {
        const inside = new Map(at).set(node.path, row);
        yield { node, path: row, parent: path, at: inside, isRow: true };
        yield* this.instances(rows, node.path, row, inside);
      }
    }
  }
}

export function rowsOf(list, rows) {
  return (rows.get(list) || []).map((name) => `${list}[${name}]`);
}
