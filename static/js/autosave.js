// Drafts save themselves. form[data-autosave=address] is posted a moment after the last key, with its `version` field.
//
// Answers: 200 {version, at}; 422 {errors, version, at} (the rest was saved); 409 {url} (somebody else was faster: a link
// to both texts); 401 or 403 signed out. Answers are passed on as the event "told"; a form that comes later announces
// itself with the event "draft". Whatever the server does not have yet is kept on this computer and offered again.

import { drop, keep, kept } from "./kept.js";

const REST = 1500;
const AGAIN = 15000;
const PATIENCE = 30000;

// Whether a control says something else than the server drew: somebody may write before this script is there.
function touched(control) {
  if (!control.name || ["hidden", "file", "submit", "button", "fieldset", "output"].includes(control.type)) return false;
  if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
  if (!control.options) return control.value !== control.defaultValue.replace(/\r\n?/g, "\n");
  const drawn = [...control.options].findIndex((option) => option.defaultSelected);
  return control.multiple ? [...control.options].some((option) => option.selected !== option.defaultSelected) : control.selectedIndex !== Math.max(drawn, 0);
}

function same(one, other) {
  const text = (fields) => JSON.stringify(fields.filter(([name]) => name !== "version"));
  return text(one) === text(other);
}

class Draft {
  constructor(form) {
    this.form = form;
    this.line = form.querySelector("[data-autosave-status]") || document.querySelector("[data-autosave-status]");
    this.key = `${form.dataset.autosave}#${this.version}`;
    this.timer = null;
    this.saving = false;
    this.dirty = false;
    this.stopped = false;
    this.known = this.fields();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => this.leave(event));
    window.addEventListener("online", () => this.dirty && this.save());
    this.offer();
    if ([...form.elements].some(touched)) {
      this.known = [];
      this.changed();
    }
  }

  get version() {
    return this.form.elements.version?.value || "0";
  }

  fields() {
    return [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
  }

  changed() {
    // leaving a field announces it once more: what the server has already is no change
    if (this.stopped || (!this.dirty && !this.saving && same(this.fields(), this.known))) return;
    this.dirty = true;
    this.form.dataset.unsaved = "yes";
    keep(this.key, this.fields());
    this.say("unsaved", "wait");
    this.soon(REST);
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    if (this.stopped || !this.form.isConnected) return; // a row that was taken out
    if (this.saving) {
      this.soon(REST);
      return;
    }
    this.saving = true;
    this.dirty = false;
    this.say("saving", "wait");
    try {
      await this.read(await this.send());
    } catch {
      this.dirty = true;
      this.say("offline", "bad");
      this.soon(AGAIN);
    } finally {
      this.saving = false;
    }
    if (!this.pressed) return;
    this.form.requestSubmit(this.pressed.submitter);
    this.pressed = null;
  }

  // A button pressed while a saving is on its way waits for the answer: the page's version is about to change.
  leave(event) {
    clearTimeout(this.timer);
    if (this.saving) {
      event.preventDefault();
      this.pressed = event;
      return;
    }
    drop(this.key);
    if (this.dirty) this.soon(AGAIN); // should the page stay after all
  }

  send() {
    this.sent = this.fields();
    return fetch(this.form.dataset.autosave, {
      method: "POST",
      headers: { Accept: "application/json", "X-Requested-With": "fetch", "X-CSRFToken": this.form.elements.csrf_token.value },
      body: new URLSearchParams(this.sent),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  async read(answer) {
    if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") return this.stop("signedOut");
    if (answer.status >= 500) throw new Error(answer.statusText);
    const told = await answer.json();
    if (answer.status === 409 && told.url) return this.stop("conflict", told);
    if (!answer.ok && !told.errors) return this.refused(told.error);
    if (told.version !== undefined) this.saved(told.version);
    this.form.dispatchEvent(new CustomEvent("told", { bubbles: true, detail: { ...told, sent: this.sent } }));
    const wrong = Object.keys(told.errors || {}).length;
    if (wrong) this.wrong(wrong);
    else if (this.dirty) this.soon(REST);
    else if (document.querySelector("form[data-autosave][data-unsaved]")) this.say("unsaved", "wait"); // another form of this page
    else this.say("saved", "", { at: told.at });
    return undefined;
  }

  saved(version) {
    drop(this.key);
    this.known = this.sent;
    if (this.form.elements.version) this.form.elements.version.value = version;
    this.key = `${this.form.dataset.autosave}#${version}`;
    if (this.dirty) keep(this.key, this.fields());
    else delete this.form.dataset.unsaved;
  }

  // What was typed wrongly is not on the server: it stays here.
  wrong(count) {
    keep(this.key, this.fields());
    this.form.dataset.unsaved = "yes";
    this.say("wrong", "bad", { n: count });
  }

  refused(sentence) {
    this.dirty = true;
    this.say("offline", "bad");
    if (sentence && this.line) this.line.textContent = sentence;
  }

  stop(words, told) {
    this.stopped = true;
    this.say(words, "bad");
    if (told && this.line) this.line.append(" ", told.post ? this.sender(told.url) : this.link(told.url));
  }

  link(url) {
    return Object.assign(document.createElement("a"), { href: url, textContent: this.line.dataset.both });
  }

  sender(url) {
    const button = Object.assign(document.createElement("button"), { className: "btn btn-sm btn-line", textContent: this.line.dataset.both });
    button.setAttribute("formaction", url);
    return button;
  }

  say(words, tone, values = {}) {
    if (!this.line) return;
    let text = this.line.dataset[words] || "";
    for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, value);
    this.line.dataset.tone = tone;
    this.line.textContent = text;
  }

  offer() {
    const [key, fields] = kept(this.form.dataset.autosave) || [];
    const box = document.querySelector("[data-autosave-offer]");
    if (!fields) return undefined;
    if (same(fields, this.fields())) return drop(key);
    if (!box) return undefined;
    box.hidden = false;
    box.addEventListener("click", (event) => {
      if (event.target.closest("[data-autosave-restore]")) this.restore(fields);
      else if (!event.target.closest("[data-autosave-discard]")) return;
      if (key !== this.key || !this.dirty) drop(key);
      box.hidden = true;
    });
    return undefined;
  }

  restore(fields) {
    const values = new Map();
    fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    for (const control of this.form.elements) {
      if (!control.name || control.type === "hidden" || control.type === "file") continue;
      const given = values.get(control.name) || [];
      if (control.type === "checkbox" || control.type === "radio") control.checked = given.includes(control.value);
      else if (given.length) control.value = given.shift();
    }
    this.form.querySelectorAll("textarea").forEach((area) => area.dispatchEvent(new Event("input", { bubbles: true })));
    this.changed();
  }
}

document.querySelectorAll("form[data-autosave]").forEach((form) => new Draft(form));
document.addEventListener("draft", (event) => new Draft(event.target));
