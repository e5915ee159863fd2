// Labels and hints that show values: written again when the values change.

export class Wording {
  constructor(root, sheet) {
    Object.assign(this, { root, sheet });
    this.collect();
  }

  collect() {
    this.places = new Map();
    for (const element of this.root.querySelectorAll("[data-live]")) {
      const path = element.dataset.of;
      if (!this.places.has(path)) this.places.set(path, []);
      this.places.get(path).push(element);
    }
  }

  apply(path) {
    const node = this.sheet.node(path);
    for (const element of this.places.get(path) || []) {
      const full = this.sheet.wordsAt(path, node[element.dataset.live]);
      const text = node.kind === "repeat" ? full.replace(this.sheet.say("blank"), "").trim() : full;
      if (element.textContent !== text) element.textContent = text;
    }
  }
}
