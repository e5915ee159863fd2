// Autosave: what is not yet on the server, when it is sent, and what to do with each kind of answer.
// Every unsaved change is first kept on this machine; it leaves there only when the server has taken it.
import { LocalCopy, NoCopy } from "./localcopy.js";

const QUIET_MS = 800;
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 60000;
const KEEPALIVE_LIMIT = 60000;

export class Draft {
  /** `on` has: status(key, ...), saved(reply), offline(detail), expired(), refused(detail), conflict(reply), noLocal(). */
  constructor(state, on) {
    this.on = on;
    this.urls = state.urls;
    this.csrf = state.csrf;
    this.key = state.key || state.urls.save || "preview";
    this.version = state.version;
    this.form = state.form; // the version of the form that this page draws
    this.base = new Map(Object.entries(state.answers)); // what the server is known to hold
    this.tab = newTabName();
    this.copy = state.local === false ? new NoCopy() : new LocalCopy(this.key, this.tab);
    this.changes = new Map();
    this.reasons = new Map();
    this.seen = new Set();
    this.sending = null;
    this.paused = false; // a conflict or an ended session waits for the person
    this.failures = 0;
    this.timer = 0;
  }

  get isClean() {
    return !this.changes.size && !this.reasons.size && !this.seen.size;
  }

  note(changes) {
    for (const [path, value] of changes) this.changes.set(path, value);
    this.keep();
  }

  noteReason(key, text) {
    this.reasons.set(key, text);
    this.keep();
  }

  noteSeen(id) {
    this.seen.add(id);
    this.keep();
  }

  /** Writes the local copy now, and asks for a save soon. */
  keep() {
    if (!this.urls.save) return; // a preview: nothing is kept
    this.writeCopy();
    this.on.status("unsaved");
    this.soon(QUIET_MS);
  }

  writeCopy(typing = []) {
    if (!this.urls.save) return;
    if (this.isClean && !typing.length) return this.copy.remove();
    const changes = [...new Map([...this.changes, ...typing])].map(([path, value]) => [
      path,
      this.base.get(path) || "",
      value,
    ]);
    const entry = { version: this.version, changes, reasons: [...this.reasons], seen: [...this.seen] };
    if (!this.copy.write(entry)) this.on.noLocal();
  }

  soon(after) {
    clearTimeout(this.timer);
    if (!this.paused) this.timer = setTimeout(() => this.save(), after);
  }

  /** Sends all that is unsaved; true when the server has everything. */
  async save() {
    clearTimeout(this.timer);
    if (!this.urls.save) return true;
    while (this.sending) await this.sending;
    if (this.paused) return false;
    if (this.isClean) return true;
    this.sending = this.send();
    const done = await this.sending.finally(() => (this.sending = null));
    return done && !this.isClean ? this.save() : done;
  }

  async send() {
    const sent = { changes: new Map(this.changes), reasons: new Map(this.reasons), seen: [...this.seen] };
    this.on.status("saving");
    let response;
    let reply;
    try {
      response = await this.post(sent);
      reply = await bodyOf(response);
    } catch {
      return this.retryLater("");
    }
    return this.answer(response, reply, sent);
  }

  post(sent) {
    const body = JSON.stringify({
      base_version: this.version,
      changes: Object.fromEntries(sent.changes),
      justifications: Object.fromEntries(sent.reasons),
      seen: sent.seen,
      tab: this.tab,
      form: this.form,
    });
    return fetch(this.urls.save, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
      credentials: "same-origin",
      redirect: "manual",
      keepalive: body.length < KEEPALIVE_LIMIT, // so that closing the page does not cut it off
      body,
    });
  }

  /** A reply that is no JSON comes from something between us and the server, so it is tried again. */
  answer({ ok, status, type }, reply, sent) {
    if (type === "opaqueredirect" || status === 401 || status === 403) return this.stopFor("expired");
    if (status >= 500 || status === 429 || !reply) return this.retryLater(String(status));
    if (ok) return this.taken(reply, sent);
    return status === 409
      ? this.stopFor("conflict", reply)
      : this.stopFor("refused", reply.detail || `${status}.`);
  }

  taken(reply, sent) {
    this.version = reply.version;
    for (const [path, value] of sent.changes) {
      this.base.set(path, value);
      if (this.changes.get(path) === value) this.changes.delete(path);
    }
    for (const [key, text] of sent.reasons) if (this.reasons.get(key) === text) this.reasons.delete(key);
    for (const id of sent.seen) this.seen.delete(id);
    this.writeCopy();
    this.on.saved(reply, this.failures > 0);
    this.failures = 0;
    return true;
  }

  retryLater(detail) {
    this.failures += 1;
    this.on.status("keptHere");
    this.on.offline(detail);
    this.soon(Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LONGEST_RETRY_MS));
    return false;
  }

  /** Waits for the person, who is told by the function of that name. */
  stopFor(what, detail) {
    this.paused = true;
    this.on.status("keptHere");
    this.on[what](detail);
    return false;
  }

  resume() {
    this.paused = false;
    return this.save();
  }

  /** After a sign-in elsewhere: reads a fresh token from the page itself. "ok", "expired" or "other". */
  async renew() {
    try {
      const response = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const state = JSON.parse(page.getElementById("form-state")?.textContent ?? "null");
      if (!state) return "expired";
      if ((state.key || state.urls.save) !== this.key) return "other";
      this.csrf = state.csrf;
      return "ok";
    } catch {
      return "expired";
    }
  }
}

function newTabName() {
  return [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36)).join("");
}

async function bodyOf(response) {
  const isJson = response.headers.get("Content-Type")?.includes("application/json");
  return isJson ? response.json() : null;
}
