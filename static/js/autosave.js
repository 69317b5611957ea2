// Drafts save themselves. form[data-autosave=address] is posted when the writer rests, and every few seconds while they
// do not, with its `version` and `base` fields (what of the bank this window read last).
//
// Answers: 200 {version, at}; 422 {errors, version, at} (the rest was saved); 409 {url, said} (somebody else changed the
// same field: a link to both texts); 401 the log-in has ended. With them may come `base`, and `theirs`: fields another
// window saved and this one did not touch. Answers are passed on as the event "told"; a form that comes later announces
// itself with the event "draft". Whatever the server does not have yet is kept on this computer and offered again.
// form[data-draft] is a form that has no row yet: see FormDraft. form[data-stands=address] is about something colleagues
// can take away: whether it is still there is asked there when its window is looked at again, and while somebody works in it.

import { drop, keep, kept, keyOf } from "./kept.js";
import { logIn, send, session } from "./session.js";
import { byHand, byName, differing, drawn, lacking, onTyped, put, said, same } from "./typing.js";

const REST = 1500;
const LONGEST = 4000;
const AGAIN = 15000;
const LATER = 60000;
const PATIENCE = 30000;
const LOOK = 20000;
const all = [];

class Draft {
  constructor(form) {
    this.form = form;
    this.place = form.dataset.autosave; // where it is saved, and by which its copies here are known
    this.line = form.querySelector("[data-autosave-status]") || document.querySelector("[data-autosave-status]");
    this.timer = null;
    this.saving = false;
    this.dirty = false;
    this.stopped = false; // nothing is sent any more; it is kept here all the same
    this.left = false; // handed in: saved once more on the way out, it would stand in the form the next time
    this.known = drawn(form);
    form.autocomplete = "off"; // else a browser that goes back or reloads puts what stood here over what is newer
    onTyped(form, () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => this.leave(event));
    window.addEventListener("online", () => this.dirty && this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.dirty && !this.left && this.save());
    document.addEventListener("session", () => this.turned());
    all.push(this);
    this.begin();
    this.key = keyOf(this.place);
    if (!same(said(form), this.known)) this.changed();
  }

  begin() {
    if ("refilled" in this.form.dataset) this.known = []; // filled with what the server does not have in this place
  }

  changed() {
    if (this.taking) return;
    this.left = false; // the page stayed after all
    // leaving a field announces it once more: what the server has already is no change
    if (!this.dirty && !this.saving && same(said(this.form), this.known)) return;
    if (!this.dirty) this.since = Date.now();
    this.dirty = true;
    this.form.dataset.unsaved = "yes";
    this.keep();
    if (this.stopped) return;
    if (session.state !== "live") {
      this.over();
      return;
    }
    this.say("unsaved", "wait");
    this.soon(Math.max(0, Math.min(REST, this.since + LONGEST - Date.now())));
  }

  keep(why = session.state === "live" ? "" : "ended") {
    const fields = said(this.form);
    if (same(fields, this.known)) return;
    this.safe = keep(this.key, { fields, base: this.known, why });
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    clearTimeout(this.timer);
    this.left = false;
    if (this.stopped || session.state !== "live" || !this.form.isConnected) return; // or a row that was taken out
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
      this.say(this.safe === false ? "unkept" : "offline", "bad");
      this.soon(AGAIN);
    } finally {
      this.saving = false;
    }
    if (!this.pressed) return;
    this.form.requestSubmit(this.pressed.submitter);
    this.pressed = null;
  }

  // All that is written is on the server, unless it cannot be saved now.
  async flush() {
    while (this.saving) await new Promise((done) => { setTimeout(done, 50); });
    if (this.dirty && !this.stopped) await this.save();
  }

  // A button pressed while a saving is on its way waits for the answer: the page's version is about to change. What is
  // kept here stays until the server says that it took the form.
  leave(event) {
    clearTimeout(this.timer);
    if (this.saving) {
      event.preventDefault();
      this.pressed = event;
      return;
    }
    if (this.form.elements.taken === undefined) {
      this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "taken", value: this.key }));
    }
    this.keep("sent");
    this.left = true;
    if (this.dirty) this.soon(AGAIN); // should the page stay after all
  }

  send() {
    this.sent = said(this.form);
    return this.post(this.place, this.sent);
  }

  post(address, pairs) {
    return send(address, this.form.elements.csrf_token, {
      method: "POST", body: new URLSearchParams(pairs), signal: AbortSignal.timeout(PATIENCE),
    });
  }

  async read(answer) {
    if (answer.status === 401 || answer.type === "opaqueredirect") return this.ended();
    if (answer.status >= 500) throw new Error(answer.statusText);
    const told = await answer.json();
    if (answer.status === 409) return this.raced(told);
    if (!answer.ok && !told.errors) return this.refused(told.error);
    if (told.version !== undefined) this.saved(told);
    this.form.dispatchEvent(new CustomEvent("told", { bubbles: true, detail: { ...told, sent: this.sent } }));
    const wrong = Object.keys(told.errors || {}).length;
    if (wrong) this.wrong(wrong);
    else if (this.dirty) this.soon(REST);
    else if (document.querySelector("form[data-autosave][data-unsaved]")) this.say("unsaved", "wait"); // another form of this page
    else this.say("saved", "", { at: told.at });
    return undefined;
  }

  saved(told) {
    this.known = this.sent;
    if (this.form.elements.version) this.form.elements.version.value = told.version;
    if (this.form.elements.base && told.base !== undefined) this.form.elements.base.value = told.base;
    if (told.theirs) this.take(told.theirs); // the server has it: no change to be sent back
    if (this.dirty) {
      this.since = Date.now();
      this.keep();
      return;
    }
    drop(this.key);
    delete this.form.dataset.unsaved;
  }

  // What another window saved in fields that this one has not touched: {name: {values, print}}.
  take(theirs) {
    const now = byName(said(this.form));
    const before = byName(this.sent);
    this.taking = true;
    for (const [name, { values, prints }] of Object.entries(theirs)) {
      if (JSON.stringify(now.get(name)) !== JSON.stringify(before.get(name))) continue;
      this.known = [...this.known.filter(([other]) => other !== name), ...values.map((value) => [name, value])];
      put(this.form, name, values);
      if (this.form.elements.base) this.form.elements.base.value = rebased(this.form.elements.base.value, prints);
    }
    this.taking = false;
  }

  // What was typed wrongly is not on the server: it stays here.
  wrong(count) {
    this.safe = keep(this.key, { fields: said(this.form), base: [], why: "" });
    this.known = this.sent;
    this.form.dataset.unsaved = "yes";
    this.say("wrong", "bad", { n: count });
  }

  refused(sentence) {
    this.dirty = true;
    this.keep();
    this.say(this.safe === false ? "unkept" : "refused", "bad");
    if (sentence && this.safe !== false) this.tell(`${this.line?.dataset.refused} ${sentence}`);
    this.soon(LATER); // what is suspended goes on one day
  }

  ended() {
    this.dirty = true;
    if (session.state === "live") session.state = "ended";
    this.keep();
    this.over();
  }

  // The log-in is over, or somebody else's: it is said, and what is written goes on being kept.
  over() {
    if (session.state === "other") this.say("other", "bad");
    else this.say(this.safe === false ? "unkept" : "ended", "bad");
  }

  turned() {
    if (!this.dirty || this.stopped) return;
    this.keep();
    if (session.state === "live") this.soon(0);
    else this.over();
  }

  // Another window changed what this one did: nothing more is sent until the person has chosen.
  raced(told) {
    if (!told.url) return this.refused(told.error);
    this.stop(told.said, told.post ? this.sender(told.url) : link(told.url, this.line?.dataset.both));
    return undefined;
  }

  stop(sentence, ...ways) {
    this.stopped = true;
    this.dirty = true;
    this.keep();
    this.say("conflict", "bad");
    if (sentence) this.tell(sentence);
    ways.forEach((way) => this.line?.append(" ", way));
  }

  sender(url) {
    const button = Object.assign(document.createElement("button"), { className: "btn btn-sm btn-line", textContent: this.line.dataset.both });
    button.setAttribute("formaction", url);
    return button;
  }

  // Words of the line; {link} in them is the way to the log-in.
  say(words, tone, values = {}) {
    if (!this.line) return;
    let text = this.line.dataset[words] || "";
    for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, () => value);
    this.line.dataset.tone = tone;
    if (this.line.textContent === text.replace("{link}", () => this.line.dataset.logIn)) return; // a link just being pressed stays
    const [before, after] = text.split("{link}");
    const sentence = document.createElement("span");
    sentence.append(before);
    if (after !== undefined) sentence.append(this.way(), after);
    this.line.replaceChildren(sentence);
  }

  // A sentence of the server's, in place of the line's own.
  tell(sentence) {
    if (this.line) this.line.textContent = sentence;
  }

  way() {
    const way = link(logIn(), this.line.dataset.logIn);
    if (this.safe === false) way.target = "_blank"; // what cannot be kept stands only in this window
    else way.addEventListener("click", () => all.forEach((draft) => { delete draft.form.dataset.unsaved; })); // leaving loses nothing
    return way;
  }

  restore(fields, base) {
    const values = byName(fields);
    const names = base.length ? differing(fields, base) : [...new Set([...values.keys(), ...byName(said(this.form)).keys()])];
    names.forEach((name) => this.room(name));
    const lost = names.filter((name) => !put(this.form, name, values.get(name)) && values.has(name));
    this.changed();
    return lost.length === 0;
  }

  // A row that was added by script (crew-7-name) is there only when it is added again.
  room(name) {
    const [, list, number] = /^(.+)-(\d+)-/.exec(name) || [];
    const box = list && this.form.querySelector(`[data-rows="${CSS.escape(list)}"]`);
    if (!box) return;
    const rows = () => box.querySelectorAll("[data-row]").length;
    for (let before = -1; rows() <= Number(number) && rows() !== before;) {
      before = rows();
      box.querySelector("[data-row-add]").click();
    }
  }
}

// A form that has no row of its own before it is handed in: what stands in it is its writer's draft (/drafts). A draft has
// no version but a revision; where two windows wrote it, what only one of them changed is put together.
class FormDraft extends Draft {
  begin() {
    const refilled = this.form.dataset.refilled;
    this.seen = Number(refilled || 0);
    this.untouched = refilled === undefined ? this.known : null; // as the page is without any draft
    const path = new URL(this.form.action, location.href).pathname;
    this.refusedNow = path === document.body.dataset.posted; // it was just sent, and came back
    if (this.refusedNow) this.untouched = null; // the server kept what was sent
    this.place += `?form=${encodeURIComponent(path)}`;
    this.line = this.form.querySelector("[data-autosave-status]");
  }

  send() {
    this.sent = said(this.form);
    const nothing = this.untouched && same(this.sent, this.untouched);
    return this.post(`${this.place}&seen=${this.seen}`, nothing ? [] : this.sent);
  }

  saved(told) {
    this.refusedNow = false;
    this.seen = told.version;
    this.known = this.sent;
    if (this.dirty) {
      this.since = Date.now();
      this.keep();
      return;
    }
    drop(this.key);
    delete this.form.dataset.unsaved;
  }

  raced(told) {
    if (told.lost) return this.stop(told.said);
    if (told.gone) { // what was handed in is not begun anew unless the person says so
      this.stop(told.said, press(this.line?.dataset.anew, () => {
        this.stopped = false;
        this.seen = 0;
        this.soon(0);
      }));
      return undefined;
    }
    if (!told.draft) return this.refused(told.error);
    if (this.refusedNow) { // what was sent is newer than what was kept before
      this.refusedNow = false;
      this.seen = told.version;
      this.dirty = true;
      return this.soon(0);
    }
    const theirs = differing(told.draft, this.known);
    const mine = differing(said(this.form), this.known);
    const apart = differing(said(this.form), told.draft).filter(byHand);
    const both = theirs.filter((name) => mine.includes(name) && apart.includes(name));
    const other = byName(told.draft);
    const take = (names) => names.forEach((name) => { this.room(name); put(this.form, name, other.get(name)); });
    take(theirs.filter((name) => !mine.includes(name)));
    const goOn = () => {
      this.stopped = false;
      this.seen = told.version;
      this.known = told.draft;
      this.dirty = true;
      this.soon(0);
    };
    if (!both.length) return goOn();
    this.stop(
      told.said,
      press(this.line?.dataset.here, goOn),
      press(this.line?.dataset.there, () => { take(both); goOn(); }),
    );
    return undefined;
  }
}

// ---- is it still there? ----

let worked = Date.now(); // when somebody last did something in this window: a window left alone asks nothing

async function askWhetherItStands(draft) {
  const answer = await fetch(draft.form.dataset.stands, {
    headers: { Accept: "application/json", "X-Requested-With": "fetch" }, cache: "no-store", redirect: "manual",
  }).catch(() => null);
  if (!answer?.ok) return; // no line, or no log-in: that is said where something is saved
  const told = await answer.json();
  if (told.lost && !draft.stopped) draft.stop(told.said);
}

function askAgain() {
  if (document.hidden || session.state !== "live") return;
  all.filter((draft) => draft.form.dataset.stands && draft.form.isConnected && !draft.stopped && !draft.saving)
    .forEach(askWhetherItStands);
}

if (document.querySelector("form[data-stands]")) {
  ["focus", "online"].forEach((name) => window.addEventListener(name, askAgain));
  document.addEventListener("visibilitychange", askAgain);
  ["pointermove", "keydown"].forEach((name) => document.addEventListener(name, () => { worked = Date.now(); }, { passive: true }));
  setInterval(() => { if (Date.now() - worked < LOOK) askAgain(); }, LOOK);
}

// A page that shows what was written is opened when that has been saved; at the latest after five seconds.
document.addEventListener("click", async (event) => {
  const way = event.target.closest?.("a[data-after-saving]");
  const open = all.filter((draft) => draft.dirty || draft.saving);
  if (!way || !open.length || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const late = new Promise((done) => { setTimeout(done, 5000); });
  await Promise.race([Promise.all(open.map((draft) => draft.flush())), late]);
  location.assign(way.href);
});

function press(text, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-line", textContent: text });
  button.addEventListener("click", act);
  return button;
}

function begun(form) {
  return "draft" in form.dataset ? new FormDraft(form) : new Draft(form);
}

function link(url, text) {
  return Object.assign(document.createElement("a"), { href: url, textContent: text });
}

// "title:1a2b type:3c4d" with some of the prints changed.
function rebased(base, prints) {
  const known = new Map(base.split(" ").filter(Boolean).map((pair) => pair.split(":")));
  Object.entries(prints).forEach(([name, print]) => known.set(name, print));
  return [...known].map((pair) => pair.join(":")).join(" ");
}

// ---- what is kept here from before ----

const box = [...document.querySelectorAll("[data-autosave-offer]")].at(-1);
const offers = [];
const undone = [];

// Look through what is kept of a form. What the log-in's end interrupted comes back by itself, when nobody has changed the
// same fields since; all else is offered, and stays kept until the person has decided.
function lookUp(draft) {
  for (const copy of kept(draft.place)) {
    if (offers.some((offer) => offer.key === copy.key)) continue;
    if (copy.elsewhere && copy.why !== "ended" && Math.abs(Date.now() - copy.at) < PATIENCE) {
      setTimeout(lookUp, PATIENCE, draft); // another window is just saving it
      continue;
    }
    const now = said(draft.form);
    const mine = copy.base.length ? differing(copy.fields, copy.base) : null;
    const [there, then] = [byName(now), byName(copy.base)];
    if (!lacking(draft.form, copy.fields, mine || differing(copy.fields, now)).length) {
      if (draft.form.querySelector("[aria-invalid]")) keep(draft.key, { fields: now, base: copy.base, why: "" }); // shown, not saved
      drop(copy.key);
    } else if ((copy.why === "ended" || !box) && mine?.every((name) => JSON.stringify(there.get(name)) === JSON.stringify(then.get(name)))) {
      const before = said(draft.form);
      if (draft.restore(copy.fields, copy.base)) drop(copy.key);
      undone.push({ draft, fields: before });
      show("restored");
    } else {
      offers.push({ draft, ...copy });
    }
  }
  if (offers.length) show("offered");
}

function show(words) {
  if (!box) return;
  const line = box.querySelector("[data-autosave-offer-words]");
  const newest = Math.max(...offers.map((offer) => offer.at));
  line.textContent = line.dataset[words].replace("{at}", () => (offers.length ? moment(newest) : ""));
  box.dataset.said = words;
  box.hidden = false;
  for (const [name, words_] of [["restore", "offered"], ["discard", "offered"], ["undo", "restored"], ["close", "restored"]]) {
    box.querySelector(`[data-autosave-${name}]`).hidden = words !== words_;
  }
}

// On the bureau's clock, wherever the computer stands; the day only where it is another.
function moment(at) {
  const part = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", ...options });
  const day = (time) => part({ month: "2-digit", day: "2-digit" }).formatToParts(time).filter(({ type }) => type !== "literal").map(({ value }) => value).reverse().join("-");
  const hour = part({ hour: "2-digit", minute: "2-digit" }).format(at);
  return day(at) === day(Date.now()) ? hour : `${day(at)} ${hour}`;
}

box?.addEventListener("click", (event) => {
  if (event.target.closest("[data-autosave-restore]")) {
    for (const { draft, key, fields, base } of offers.splice(0).reverse()) {
      undone.unshift({ draft, fields: said(draft.form) });
      if (draft.restore(fields, base)) drop(key);
    }
    show("restored");
  } else if (event.target.closest("[data-autosave-discard]")) {
    offers.splice(0).forEach(({ key }) => drop(key));
    box.hidden = true;
  } else if (event.target.closest("[data-autosave-undo]")) {
    undone.splice(0).forEach(({ draft, fields }) => draft.restore(fields, []));
    box.hidden = true;
  } else if (event.target.closest("[data-autosave-close]")) {
    undone.splice(0);
    box.hidden = true;
  }
});

// A page that comes back from the browser's memory is of before.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && !document.querySelector("form[data-unsaved]")) location.reload();
});

document.querySelectorAll("form[data-autosave]").forEach(begun);
document.addEventListener("draft", (event) => lookUp(begun(event.target)));
document.addEventListener("DOMContentLoaded", () => [...all].forEach(lookUp)); // the other scripts of the page are there
