// Which computation depends on which: every node has a relevance and a value, and what reads them comes after.
// A signal is "r:<path>" (is it relevant) or "v:<path>" (its value); an item makes at most one signal.

/** All absolute paths that an expression reads; "." and once() count as the path that it stands on. */
export function readPaths(ast, self, into = new Set()) {
  if (!Array.isArray(ast)) return into;
  if (ast[0] === "path") into.add(ast[1]);
  if (ast[0] === "self" || (ast[0] === "call" && ast[1] === "once")) into.add(self);
  ast.slice(1).forEach((part) => readPaths(part, self, into));
  return into;
}

function reads(ast, self) {
  return ast ? [...readPaths(ast, self)].map((path) => `v:${path}`) : [];
}

/** The items of one node; each is worked out by the Sheet's method of the same name. */
function itemsOfNode(node) {
  const { path, parent } = node;
  const up = parent ? [`r:${parent}`] : [];
  const items = [
    { kind: "relevance", node, path, makes: `r:${path}`, needs: [...up, ...reads(node.relevant, path)] },
  ];
  if (!node.type || node.kind === "note") return items;
  const own = [`r:${path}`, `v:${path}`];
  const calculation = reads(node.calculate, path).filter((signal) => signal !== `v:${path}`);
  items.push({ kind: "value", node, path, makes: `v:${path}`, needs: [`r:${path}`, ...calculation] });
  items.push({ kind: "type", node, path, needs: own });
  if (node.required && !node.calculate && !isConstant(node.required, "false")) {
    items.push({ kind: "required", node, path, needs: [...own, ...reads(node.required, path)] });
  }
  if (node.readonly && !isConstant(node.readonly, "true")) {
    items.push({ kind: "closed", node, path, needs: reads(node.readonly, path) });
  }
  return items;
}

function isConstant(ast, name) {
  return ast.length === 2 && ast[0] === "call" && ast[1] === name;
}

function itemOfCheck(check) {
  const paths = [...readPaths(check.expr, check.where)];
  const inMessage = Object.values(check.message).flatMap((text) =>
    [...text.matchAll(/\$\{(\/[^}]*)\}/g)].map((found) => found[1]),
  );
  const needs = new Set([
    `r:${check.where}`,
    `v:${check.where}`,
    ...[...paths, ...inMessage].map((path) => `v:${path}`),
  ]);
  return { kind: "check", check, reads: paths, path: check.where, needs: [...needs] };
}

/** Items in an order in which each comes after all that it needs. */
function inOrder(items) {
  const maker = new Map(items.filter((item) => item.makes).map((item) => [item.makes, item]));
  const order = [];
  const done = new Set();
  const visit = (item) => {
    if (done.has(item)) return;
    done.add(item);
    for (const signal of item.needs) if (maker.has(signal)) visit(maker.get(signal));
    order.push(item);
  };
  items.forEach(visit);
  return order;
}

/** The graph of a form: ordered items, and for each signal the places of the items that read it. */
export function buildGraph(form) {
  const items = inOrder([...form.nodes.flatMap(itemsOfNode), ...form.checks.map(itemOfCheck)]);
  const readers = new Map();
  const valueAt = new Map();
  items.forEach((item, at) => {
    if (item.kind === "value") valueAt.set(item.path, at);
    for (const signal of item.needs) {
      if (!readers.has(signal)) readers.set(signal, []);
      readers.get(signal).push(at);
    }
  });
  return { items, readers, valueAt };
}
