// The list of all findings, the counts, and the state of each section.
import { make } from "./dom.js";

const MOST_LISTED = 60;

export class Overview {
  constructor(root, { sheet, fields, messages, placeName, tableName, say }) {
    Object.assign(this, { root, sheet, fields, messages, placeName, tableName, say });
    this.list = root.querySelector("[data-findings-list]");
    this.counts = root.querySelector("[data-counts]");
    this.panel = root.querySelector("[data-findings]");
    this.collect();
    this.pending = false;
    this.list.addEventListener("click", (event) => this.follow(event));
    this.makeToggle();
  }

  /** Finds the sections and fields that the page has now. */
  collect() {
    this.sections = [...this.root.querySelectorAll("[data-section]")].map((section) => ({
      path: section.dataset.section,
      state: this.root.querySelector(`[data-nav="${CSS.escape(section.dataset.section)}"] [data-nav-state]`),
      paths: [...section.querySelectorAll("[data-field], [data-repeat]")].map(pathOf),
    }));
    const repeats = [...this.root.querySelectorAll("[data-repeat]")].map(pathOf);
    this.paths = [...this.fields.byPath.keys(), ...repeats];
  }

  /** Draws again before the next frame, however often it is asked. */
  refresh() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.draw();
    });
  }

  draw() {
    const all = this.paths.flatMap((path) => this.messages.findingsAt(path));
    const hard = all.filter((it) => it.severity === "hard");
    const soft = all.filter((it) => it.severity === "soft");
    const missing = this.paths
      .filter((path) => this.sheet.missing.has(path))
      .map((path) => ({ path, text: "" }));
    this.list.replaceChildren(
      ...this.group("hard", hard),
      ...this.group("soft", soft),
      ...this.group("missing", missing),
      ...(all.length || missing.length ? [] : [make("p", { class: "dt-nothing" }, this.say("nothing"))]),
    );
    this.drawCounts(hard.length, soft.length, missing.length);
    this.sections.forEach((section) => this.drawSection(section));
  }

  group(kind, found) {
    if (!found.length) return [];
    const items = found.slice(0, MOST_LISTED).map((it) => this.item(it));
    if (found.length > MOST_LISTED)
      items.push(make("li", { class: "dt-more" }, this.say("andMore", found.length - MOST_LISTED)));
    return [
      make("h3", { class: `is-${kind}` }, `${this.say(kind)} (${found.length})`),
      make("ol", {}, ...items),
    ];
  }

  item({ path, text, key, justify }) {
    const reason = justify && this.messages.justifications.get(key) ? "justified" : "unjustified";
    const table = this.tableName(path);
    const place = [make("strong", {}, this.placeName(path)), table ? make("small", {}, table) : null];
    return make(
      "li",
      {},
      make("a", { href: `#${path}`, "data-jump": path }, ...place, text || ""),
      justify ? make("span", { class: `dt-reason is-${reason}` }, this.say(reason)) : null,
    );
  }

  follow(event) {
    const path = event.target.closest("[data-jump]")?.dataset.jump;
    if (!path) return;
    event.preventDefault();
    if (this.isSheet()) this.open(false);
    this.fields.jump(path);
  }

  drawCounts(hard, soft, missing) {
    const parts = [
      ["hard", "nHard", hard],
      ["soft", "nSoft", soft],
      ["missing", "nMissing", missing],
    ];
    const shown = parts.filter(([, , count]) => count);
    this.toggle.replaceChildren(
      ...shown.map(([kind, word, count]) =>
        make("span", { class: `dt-count is-${kind}` }, this.say(word, count)),
      ),
      ...(shown.length ? [] : [make("span", { class: "dt-count is-done" }, this.say("nothing"))]),
    );
  }

  drawSection({ state, paths }) {
    if (!state) return;
    const open = paths.filter((path) => this.sheet.isRelevant(path));
    const findings = open.flatMap((path) => this.messages.findingsAt(path));
    const hard = findings.filter((it) => it.severity === "hard").length;
    const missing = open.filter((path) => this.sheet.missing.has(path)).length;
    const touched = open.some((path) => this.sheet.stored(path) && isAnswer(this.sheet.node(path)));
    const [kind, text] = this.sectionState(hard, missing, findings.length - hard, touched);
    if (state.textContent === text) return;
    state.textContent = text;
    state.closest("a").className = `is-${kind}`;
  }

  /** The worst thing to be said of a section; says the same as SectionView.state in Python. */
  sectionState(hard, missing, soft, touched) {
    if (hard) return ["hard", this.say("navHard", hard)];
    if (missing && touched) return ["missing", this.say("navMissing", missing)];
    if (soft) return ["soft", this.say("navSoft", soft)];
    return touched ? ["done", this.say("navDone")] : ["empty", this.say("navEmpty")];
  }

  makeToggle() {
    this.toggle = make("button", {
      type: "button",
      class: "dt-toggle",
      "aria-controls": "dt-findings",
      onclick: () => this.open(),
    });
    this.counts.append(this.toggle);
    const close = make(
      "button",
      {
        type: "button",
        class: "dt-close",
        "aria-label": this.say("closeList"),
        onclick: () => this.open(false),
      },
      "×",
    );
    this.panel.firstElementChild.append(close);
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.open(false));
    this.open(!this.isSheet(), false);
  }

  /** Where there is no room beside the form, the list comes over it. */
  isSheet() {
    return !matchMedia("(min-width: 90rem)").matches;
  }

  open(wanted = this.panel.hidden, move = true) {
    this.panel.hidden = !wanted;
    this.panel.classList.toggle("is-sheet", wanted && this.isSheet());
    this.root.classList.toggle("has-findings", wanted);
    this.toggle.setAttribute("aria-expanded", String(wanted));
    if (move) (wanted ? this.panel : this.toggle).focus();
  }
}

/** What a field, or a list of rows, stands for. */
function pathOf({ dataset }) {
  return dataset.field ?? dataset.repeat;
}

/** Whether what is stored there was a person's answer; the list of a repeat's rows is none. */
function isAnswer(node) {
  return !node.calculate && node.kind !== "repeat";
}
