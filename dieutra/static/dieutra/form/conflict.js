// Two people or two tabs wrote the same form: shows what differs, and changes nothing until the person has chosen.
import { clock, make } from "./dom.js";
import { shown } from "./numbers.js";
import { namesIn } from "./places.js";

const MOST_LISTED = 40;

/** Rows that both have added stay, rows that either has removed go; the order is theirs, mine follow. */
export function mergedRows(before, mine, theirs) {
  const [old, own, other] = [before, mine, theirs].map(namesIn);
  const kept = other.filter((name) => own.includes(name) || !old.includes(name));
  const added = own.filter((name) => !old.includes(name) && !other.includes(name));
  return [...kept, ...added].join(" ");
}

/** What differs between the unsaved changes and the server's new answers: `mine` clash, `others` were not touched here. */
export function differences(sheet, changes, base, theirs) {
  const mine = [];
  const others = [];
  for (const [path, value] of changes) {
    const now = theirs[path] || "";
    if (sheet.node(path)?.kind === "repeat") continue;
    // A cell that nobody else touched since is no clash.
    if (value !== now && now !== (base.get(path) || "")) mine.push({ path, mine: value, theirs: theirs[path] || "" });
  }
  for (const path of new Set([...base.keys(), ...Object.keys(theirs)])) {
    const [before, now] = [base.get(path) || "", theirs[path] || ""];
    const isTyped = Boolean(sheet.node(path)) && !sheet.node(path).calculate;
    if (isTyped && !changes.has(path) && before !== now) others.push({ path, mine: before, theirs: now });
  }
  return { mine, others };
}

/** The banner with both values of each cell and the two ways out. */
export function showConflict(page, reply, { mine, others }, choose) {
  const { say } = page;
  const parts = [
    make("p", {}, make("strong", {}, say("conflictTitle"))),
    say("conflictBy", reply.saved_by || say("conflictSomeone"), clock(reply.saved_at)),
    table(page, mine),
  ];
  if (others.length) parts.push(say("conflictOthers", others.length), table(page, others));
  const pick = (whose) => () => {
    page.banners.hide("conflict");
    choose(whose);
  };
  page.banners.show("conflict", "bad", parts, {
    actions: [
      [say("keepMine"), pick("mine")],
      [say("takeTheirs"), pick("theirs")],
    ],
  });
}

/** A value in the words of the page: choices by what they are called, not by their codes. */
function written(sheet, path, value) {
  const node = sheet.node(path);
  if (!node.itemset && !node.choices) return shown(value, node);
  const chosen = node.type === "select1" ? [value] : value.split(/\s+/).filter(Boolean);
  return chosen.map((each) => sheet.labelOf(path, each)).join("; ");
}

function table({ say, placeName, tableName, sheet }, rows) {
  const text = (path, value) => {
    const node = sheet.node(path);
    if (node.kind === "repeat") return say("nRows", namesIn(value).length);
    return value ? written(sheet, path, value) : say("blank");
  };
  const head = ["place", "mine", "theirs"].map((word) => make("th", { scope: "col" }, say(word)));
  const lines = rows
    .slice(0, MOST_LISTED)
    .map(({ path, mine, theirs }) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, placeName(path), make("small", {}, tableName(path))),
        make("td", {}, text(path, mine)),
        make("td", {}, text(path, theirs)),
      ),
    );
  if (rows.length > MOST_LISTED)
    lines.push(make("tr", {}, make("td", { colspan: "3" }, say("andMore", rows.length - MOST_LISTED))));
  return make(
    "div",
    { class: "dt-differences", tabindex: "0", role: "region", "aria-label": say("place") },
    make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...lines)),
  );
}
