// What an expression reads: places, with the repeats whose rows are not those that one stands in.

const known = new WeakMap();

/** [{place, free: [repeats seen as a whole]}] of an expression; `self` for "." and once(). */
export function readsOf(ast, self) {
  if (!Array.isArray(ast)) return [];
  if (!known.has(ast)) {
    const into = [];
    gather(ast, [], into);
    known.set(ast, into);
  }
  return known.get(ast).map((read) => (read.place === "." ? { ...read, place: self } : read));
}

function gather(ast, free, into) {
  if (!Array.isArray(ast)) return;
  const [kind, name, ...parts] = ast;
  if (kind === "path") into.push({ place: name, free });
  else if (kind === "outer") into.push({ place: name, free: [] });
  else if (kind === "self") into.push({ place: ".", free });
  else if (kind === "where") gatherWhere(name, parts, free, into);
  else if (kind === "items") parts.forEach((part) => gather(part, free, into));
  else if (kind === "call") gatherCall(name, parts, free, into);
  else if (kind === "neg") gather(name, free, into);
  else if (kind === "op") parts.forEach((part) => gather(part, free, into));
}

function gatherWhere(place, steps, free, into) {
  const inside = [...free, ...steps.map(([step]) => step)];
  into.push({ place, free: inside });
  for (const [step, ...tests] of steps) {
    for (const test of tests) gather(swapSelf(test, step), inside, into);
  }
}

/** Inside a predicate "." is the node that is being tried. */
function swapSelf(ast, place) {
  if (!Array.isArray(ast)) return ast;
  return ast[0] === "self" ? ["path", place] : ast.map((part) => swapSelf(part, place));
}

function gatherCall(name, parts, free, into) {
  if (name === "once") into.push({ place: ".", free });
  if (name === "position") return;
  if (name === "jr:choice-name" && parts[1]?.[0] === "str") into.push({ place: parts[1][1], free, offer: true });
  if (name !== "indexed-repeat") {
    parts.forEach((part) => gather(part, free, into));
    return;
  }
  const repeats = parts.filter((_, at) => at % 2 === 1).map(([, place]) => place);
  gather(parts[0], [...free, ...repeats], into);
  parts.forEach((part, at) => at && at % 2 === 0 && gather(part, free, into));
}

/** The places that a text names in ${…}. */
export function placesIn(texts) {
  return Object.values(texts ?? {}).flatMap((text) =>
    [...text.matchAll(/\$\{(\/[^}]*)\}/g)].map((found) => found[1]),
  );
}
