// A file as an answer: looked at before it leaves the machine, sent with its progress shown, replaced or taken back.
import { make } from "./dom.js";

const MEGABYTE = 1024 * 1024;

export class Upload {
  /** `page`: {say, url, csrf(), files, limit, commit(path, name), read(path)}. */
  constructor(field, page) {
    Object.assign(this, { field, page });
    this.path = field.dataset.field;
    this.box = field.querySelector("[data-file]");
    this.now = field.querySelector("[data-file-now]");
    this.input = field.querySelector("input[type=file]");
    this.said = make("div", { class: "dt-file-said", role: "status" });
    this.box.append(this.said);
    this.input?.removeAttribute("name"); // sent by itself, not with the page
    this.input?.addEventListener("change", (event) => {
      event.stopPropagation();
      if (this.input.files[0]) this.take(this.input.files[0]);
    });
    field.addEventListener("dt-shown", () => this.show());
    if (this.box.dataset.url) page.files[this.name()] = { url: this.box.dataset.url, type: this.box.dataset.type };
    this.show();
  }

  name() {
    return this.field.querySelector("[data-file-name]").value;
  }

  show() {
    const name = this.name();
    if (this.input) this.input.disabled = this.field.disabled;
    if (this.now.dataset.name === name) return;
    this.now.dataset.name = name;
    const file = this.page.files[name];
    const isPicture = file?.type?.startsWith("image/");
    this.now.replaceChildren(
      ...(name ? [isPicture ? make("img", { src: file.url, alt: name, class: "dt-file-picture" }) : null] : []).filter(Boolean),
      name && file ? make("a", { href: file.url, download: name }, name) : name,
      name && this.input ? this.removal(name) : "",
    );
  }

  removal(name) {
    const attributes = { type: "button", class: "btn btn-sm", "aria-label": `${this.page.say("fileRemove")} ${name}` };
    const button = make("button", attributes, this.page.say("fileRemove"));
    button.addEventListener("click", () => {
      this.page.commit(this.path, "");
      this.tell(this.page.say("fileRemoved"));
      this.input.value = "";
      this.input.focus();
    });
    return button;
  }

  tell(text, ...more) {
    this.said.replaceChildren(...(text ? [make("p", {}, text)] : []), ...more);
  }

  take(file) {
    const { say, limit } = this.page;
    const wrong = this.wrongWith(file, limit, say);
    if (wrong) {
      this.input.value = "";
      this.tell(wrong);
      return;
    }
    this.send(file);
  }

  wrongWith(file, limit, say) {
    if (!file.size) return say("fileEmpty", file.name);
    if (file.size > limit) return say("fileLarge", file.name, Math.floor(limit / MEGABYTE));
    const kind = (this.input.accept || "").endsWith("/*") ? this.input.accept.slice(0, -1) : "";
    if (kind && file.type && !file.type.startsWith(kind)) return say("fileKind", file.name, say(`kind_${kind.slice(0, -1)}`));
    return "";
  }

  send(file) {
    const { say, url, csrf } = this.page;
    const progress = make("progress", { max: "100", value: "0", "aria-label": say("fileSending", file.name) });
    this.tell(say("fileSending", file.name), progress);
    const body = new FormData();
    body.append("path", this.path);
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", csrf());
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      progress.value = total ? Math.round((100 * loaded) / total) : 0;
    });
    request.addEventListener("load", () => this.answered(request, file));
    request.addEventListener("error", () => this.failed(say("fileOffline", file.name), file));
    request.send(body);
  }

  answered({ status, responseText }, file) {
    const { say } = this.page;
    const reply = fromJson(responseText);
    if (status !== 200 || !reply?.name) {
      this.failed(reply?.detail || say("fileFailed", file.name, status), status >= 500 || status === 0 ? file : null);
      return;
    }
    this.page.files[reply.name] = { url: reply.url, type: reply.type };
    this.page.commit(this.path, reply.name);
    this.tell(say("fileSent", reply.name));
    this.input.value = "";
  }

  failed(text, file) {
    this.tell(text);
    if (!file) {
      this.input.value = "";
      return;
    }
    const again = make("button", { type: "button", class: "btn btn-sm" }, this.page.say("tryNow"));
    again.addEventListener("click", () => this.send(file));
    this.said.append(again);
  }
}

function fromJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
