// Joins the page and the draft: what the person sees of saving, and the way back after trouble.
import { differences, mergedRows, showConflict } from "./conflict.js";
import { clock, make } from "./dom.js";
import { Draft } from "./draft.js";

export class Saving {
  /** `page` is the desk: sheet, fields, messages, banners, placeName, say, adopt(). */
  constructor(page, state, root) {
    this.page = page;
    this.state = state;
    this.line = root.querySelector("[data-status]");
    this.draft = new Draft(state, this);
  }

  start() {
    this.restore();
    addEventListener("online", () => this.draft.soon(0));
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.comeBack()));
    addEventListener("focus", () => this.comeBack());
    addEventListener("beforeunload", (event) => this.warnBeforeLeaving(event));
    if (this.state.saved_at && this.draft.isClean) this.status("savedAt", clock(this.state.saved_at));
  }

  // What the draft reports

  status(key, ...parts) {
    this.line.dataset.state = key;
    this.line.textContent = this.page.say(key, ...parts);
  }

  saved(reply, afterTrouble) {
    this.status("savedAt", clock(reply.saved_at));
    ["offline", "expired", "refused"].forEach((name) => this.page.banners.hide(name));
    if (afterTrouble) this.page.banners.show("back", "info", [this.page.say("backOnline")]);
    this.page.takeServerFindings(reply.findings || []);
  }

  offline(detail) {
    const { banners, say } = this.page;
    banners.hide("back");
    const text = detail ? say("serverTrouble", detail) : say("offline");
    if (banners.shown.get("offline")?.dataset.text === text) return;
    banners.show("offline", "warn", [text], {
      actions: [[say("tryNow"), () => this.draft.save()]],
      closable: false,
    }).dataset.text = text;
  }

  expired() {
    const { banners, say } = this.page;
    const link = make(
      "a",
      {
        class: "btn btn-sm btn-light",
        href: this.state.urls.login || location.href,
        target: "_blank",
        rel: "noopener",
      },
      say("signIn"),
    );
    banners.show("expired", "bad", [say("expired"), say("signInAfter")], {
      actions: [link, [say("tryNow"), () => this.comeBack()]],
    });
  }

  refused(detail) {
    this.page.banners.show("refused", "bad", [this.page.say("refused", detail)], {
      actions: [[this.page.say("tryNow"), () => this.draft.resume()]],
    });
  }

  noLocal() {
    if (!this.page.banners.has("nolocal"))
      this.page.banners.show("nolocal", "warn", [this.page.say("noLocal")]);
  }

  conflict(reply) {
    const { draft, page } = this;
    if (reply.reload) return this.formChanged(reply);
    this.mergeRows(reply);
    const found = differences(page.sheet, draft.changes, draft.base, reply.answers);
    if (found.mine.length) {
      showConflict(page, reply, found, (whose) => this.settle(whose, reply, found));
      return;
    }
    this.settle("mine", reply, found);
    if (!found.others.length) return;
    const places = found.others
      .slice(0, 6)
      .map(({ path }) => page.placeName(path))
      .join("; ");
    page.banners.show("taken", "info", [page.say("conflictTaken", found.others.length, places)]);
  }

  /** This page draws a form that the case no longer goes by; what is unsaved stays on this machine. */
  formChanged(reply) {
    this.page.banners.show("form", "bad", [reply.detail], {
      actions: [[this.page.say("reload"), () => location.reload()]],
    });
  }

  /** Rows added or removed on both sides are no clash: all of that is kept. */
  mergeRows(reply) {
    const { draft, page } = this;
    for (const [path, mine] of draft.changes) {
      if (page.sheet.node(path)?.kind !== "repeat") continue;
      const merged = mergedRows(draft.base.get(path) || "", mine, reply.answers[path] || "");
      draft.changes.set(path, merged);
      page.adopt([[path, merged]]);
    }
  }

  /** Goes on from the server's version: with my unsaved changes on top of it, or without them. */
  settle(whose, reply, { mine, others }) {
    const { draft, page } = this;
    draft.version = reply.version;
    draft.base = new Map(Object.entries(reply.answers));
    page.adopt(others.map(({ path, theirs }) => [path, theirs]));
    if (whose === "theirs") {
      draft.changes.clear();
      page.adopt(
        mine.map(({ path, theirs }) => [path, theirs]),
        true,
      );
      page.banners.show("took", "info", [page.say("tookTheirs")]);
    }
    draft.writeCopy();
    draft.paused = false;
    if (draft.isClean) this.status("savedAt", clock(reply.saved_at));
    draft.soon(0);
  }

  // Leaving and coming back

  leave() {
    this.page.commitFocused();
    if (!this.draft.sending) this.draft.save();
  }

  async comeBack() {
    if (!this.page.banners.has("expired")) return;
    const session = await this.draft.renew();
    if (session === "other") this.page.banners.show("expired", "bad", [this.page.say("otherUser")]);
    if (session === "ok") await this.draft.resume();
  }

  warnBeforeLeaving(event) {
    this.page.commitFocused();
    if (!this.draft.isClean && !this.draft.copy.works) event.preventDefault();
  }

  /** Brings back what an earlier page could not send, cell by cell on what the server holds now. */
  restore() {
    const { draft, page } = this;
    const left = draft.copy.left();
    const changes = new Map();
    const clashes = new Map();
    const homeless = [];
    for (const entry of left) {
      this.sort(entry, changes, clashes, homeless);
      entry.reasons.forEach(([key, text]) => page.restoreReason(key, text));
      entry.seen.forEach((id) => draft.seen.add(id));
    }
    if (!left.length) return;
    const all = new Map([...changes, ...clashes]);
    page.adopt([...all]);
    if (all.size || !draft.isClean) draft.note(all);
    draft.copy.drop(left.map((entry) => entry.name));
    if (all.size) page.banners.show("restored", "info", [page.say("restored", all.size)]);
    if (homeless.length) page.banners.show("homeless", "warn", [page.say("homeless", homeless.join("; "))]);
    if (clashes.size) this.askAboutClashes(clashes);
    else draft.soon(0);
  }

  /** Where a path stands now: a new version of the form may have moved the question, and names are unique. */
  placeNow(path) {
    const { sheet } = this.page;
    if (sheet.node(path)) return path;
    const ending = path.slice(path.lastIndexOf("/"));
    return ending.includes("]") ? null : ([...sheet.nodes.keys()].find((each) => each.endsWith(ending)) ?? null);
  }

  /** A kept change goes on top when nobody else changed that cell since; otherwise it clashes. */
  sort(entry, changes, clashes, homeless) {
    const { draft, page } = this;
    for (const [was, before, value] of entry.changes) {
      const path = this.placeNow(was);
      if (!path) {
        if (value) homeless.push(value);
        continue;
      }
      const now = draft.base.get(path) || "";
      if (now === value) continue;
      (entry.version !== draft.version && now !== before ? clashes : changes).set(path, value);
    }
  }

  askAboutClashes(clashes) {
    const { draft } = this;
    clearTimeout(draft.timer);
    draft.paused = true;
    const answers = Object.fromEntries(draft.base);
    const reply = {
      version: draft.version,
      answers,
      saved_by: this.state.saved_by,
      saved_at: this.state.saved_at,
    };
    const found = differences(this.page.sheet, clashes, draft.base, answers);
    showConflict(this.page, reply, found, (whose) => {
      if (whose === "theirs") for (const { path } of found.mine) draft.changes.delete(path);
      if (whose === "theirs")
        this.page.adopt(
          found.mine.map(({ path, theirs }) => [path, theirs]),
          true,
        );
      draft.writeCopy();
      draft.paused = false;
      draft.soon(0);
    });
  }
}
