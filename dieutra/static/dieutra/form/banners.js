// Notices at the top of the form; one of each name at a time.
import { make } from "./dom.js";

export class Banners {
  constructor(root, say) {
    this.box = root.querySelector("[data-banners]");
    this.say = say;
    this.shown = new Map();
  }

  /** `kind`: info, warn or bad. `parts` are texts or elements; `actions` are [label, function] or elements. */
  show(name, kind, parts, { actions = [], closable = kind !== "bad" } = {}) {
    const buttons = actions.map((action) =>
      Array.isArray(action)
        ? make("button", { type: "button", class: "btn btn-sm btn-light", onclick: action[1] }, action[0])
        : action,
    );
    const banner = make(
      "div",
      { class: `dt-banner is-${kind}`, role: kind === "info" ? "status" : "alert", "data-banner": name },
      make(
        "div",
        { class: "dt-banner-text" },
        ...parts.map((part) => (typeof part === "string" ? make("p", {}, part) : part)),
      ),
      buttons.length ? make("div", { class: "dt-banner-actions" }, ...buttons) : null,
      closable ? this.closeButton(name) : null,
    );
    this.hide(name);
    this.shown.set(name, banner);
    this.box.append(banner);
    return banner;
  }

  closeButton(name) {
    return make(
      "button",
      { type: "button", class: "dt-close", "aria-label": this.say("close"), onclick: () => this.hide(name) },
      "×",
    );
  }

  hide(name) {
    this.shown.get(name)?.remove();
    this.shown.delete(name);
  }

  has(name) {
    return this.shown.has(name);
  }
}
