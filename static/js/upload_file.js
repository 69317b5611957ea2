// One file on its way to the server: its row in the list, its pieces, what stopped it. Addresses, below [data-upload]:
//   POST ""  {name, size, purpose, place, modified} → {id, offset}     PATCH /<id> with Upload-Offset → {offset}
//   GET /<id> → {offset, state}      POST /<id>/finish → {file_id, name, size, sha256, media_type}      DELETE /<id>
//
// States: waiting (for others to finish), going, checking, halted (by the person), broken (the line; goes on by itself),
// kept (part of it is on the server, the file is not at hand), gone (the server's part is), unfit (refused), done.
// Whatever is not done leaves its name in the form, so that the form is not sent as if nothing had been chosen.

import { send } from "./session.js";

const PIECE = 4 * 1024 * 1024;
const PATIENCE = 120000;
const AGAIN = 8000;
const ACTS = { going: "stop", halted: "resume", broken: "resume", gone: "again", kept: "choose" };
const UNDER_WAY = ["waiting", "going", "checking"];

export class Upload {
  constructor(box, { file = null, row = null }) {
    this.box = box; // {element, words, name, url, purpose, place, queue(upload), start(), choose(), dropped(upload), mended()}
    this.file = file;
    this.id = row?.dataset.token || null;
    this.name = file?.name || row.dataset.file;
    this.size = file?.size ?? Number(row.dataset.size);
    this.modified = file ? file.lastModified : Number(row.dataset.modified) || null;
    this.sent = Number(row?.dataset.sent || 0);
    this.row = row || document.createElement("li");
    this.draw();
  }

  get underWay() {
    return UNDER_WAY.includes(this.state);
  }

  isOf(file) {
    return this.name === file.name && this.size === file.size && (!this.modified || this.modified === file.lastModified);
  }

  // Whether this chosen file is the one whose part the server has.
  continues(file) {
    return this.id && ["kept", "halted", "broken"].includes(this.state) && this.isOf(file);
  }

  draw() {
    const make = (tag, more) => Object.assign(document.createElement(tag), more);
    this.row.replaceChildren();
    const acts = make("span", { className: "acts" });
    this.act = make("button", { type: "button", className: "btn btn-sm btn-quiet" });
    this.drop = make("button", { type: "button", className: "btn btn-sm btn-quiet", textContent: this.box.words.remove });
    this.drop.append(make("span", { className: "visually-hidden", textContent: ` ${this.name}` }));
    this.act.addEventListener("click", () => this.press());
    this.drop.addEventListener("click", () => this.remove());
    acts.append(this.act, this.drop);
    this.bar = bar();
    this.figures = make("span", { className: "state-line" }); // changes by the second: not for reading aloud
    this.line = make("span", { className: "state-line" });
    this.line.setAttribute("role", "status");
    this.row.append(make("span", { textContent: this.name }), acts, this.bar, this.figures, this.line);
  }

  // ---- what the row says ----

  get percent() {
    return Math.floor((100 * this.sent) / (this.size || 1));
  }

  show(state, text = null) {
    this.state = state;
    Object.assign(this.row.dataset, { state, bytes: this.size });
    this.row.toggleAttribute("data-upload-going", this.underWay || state === "broken");
    const act = ACTS[state];
    this.act.hidden = !act;
    this.act.textContent = act ? this.box.words[act] : "";
    this.line.className = `state-line${{ done: " okk", waiting: "", checking: "" }[state] ?? " lk"}`;
    this.line.textContent = state === "going" ? "" : text ?? fill(this.box.words[state], { percent: this.percent });
    this.figures.textContent = state === "going" ? fill(this.box.words.going, { percent: this.percent, left: "…" }) : "";
    this.progress();
    this.leaveMark();
  }

  progress() {
    this.bar.lastChild.setAttribute("width", String({ done: 100, unfit: 0 }[this.state] ?? this.percent));
    this.bar.lastChild.setAttribute("class", this.state === "done" ? "c-green" : "c-blue");
  }

  leaveMark() {
    this.row.querySelectorAll("input").forEach((input) => input.remove());
    if (this.underWay) return; // the form waits for it
    const done = this.state === "done";
    const name = `${this.box.name}${done ? "_id" : "_failed"}`;
    this.row.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: done ? this.id : this.name }));
  }

  tellHowLong() {
    const speed = (this.sent - this.from) / Math.max(1, Date.now() - this.started);
    const seconds = Math.ceil((this.size - this.sent) / Math.max(speed, 1e-6) / 1000);
    const { words } = this.box;
    const left = seconds < 60 ? fill(words.seconds, { n: seconds })
      : seconds < 5400 ? fill(words.minutes, { n: Math.round(seconds / 60) }) : fill(words.hours, { n: Math.round(seconds / 3600) });
    this.figures.textContent = fill(words.going, { percent: this.percent, left });
    this.progress();
  }

  // ---- on the way ----

  async go() {
    this.show("going");
    try {
      await this.begin();
      this.started = Date.now();
      this.from = this.sent;
      while (this.sent < this.size && this.state === "going") await this.piece();
      if (this.state === "going") await this.finish();
    } catch (problem) {
      this.stopped(problem);
    } finally {
      this.box.start();
    }
  }

  async begin() {
    if (this.id) {
      this.sent = (await this.ask("GET", `/${this.id}`)).offset;
      return;
    }
    const { purpose, place } = this.box;
    const body = JSON.stringify({ name: this.name, size: this.size, purpose, place, modified: this.file.lastModified });
    const told = await this.ask("POST", "", body, { "Content-Type": "application/json" });
    this.id = told.id;
    this.sent = told.offset;
  }

  async piece() {
    const part = this.file.slice(this.sent, this.sent + PIECE);
    const headers = { "Upload-Offset": String(this.sent), "Content-Type": "application/octet-stream" };
    this.sent = (await this.ask("PATCH", `/${this.id}`, part, headers)).offset;
    if (this.state === "going") this.tellHowLong();
  }

  async finish() {
    this.show("checking");
    const told = await this.ask("POST", `/${this.id}/finish`);
    if (told.offset !== undefined) { // another window took part of it back
      this.sent = told.offset;
      this.show("broken");
      return;
    }
    this.id = told.file_id;
    this.done();
    this.box.mended();
  }

  done() {
    this.show("done");
    this.row.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async ask(method, path, body, headers = {}) {
    const stopper = new AbortController();
    this.stopper = stopper;
    const silent = setTimeout(() => stopper.abort(), PATIENCE);
    const token = this.box.element.closest("form").elements.csrf_token;
    const answer = await send(this.box.url + path, token, { method, body, signal: stopper.signal, headers })
      .finally(() => clearTimeout(silent));
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 409 && told.offset !== undefined) return told; // go on from what the server has
    if (!answer.ok) throw Object.assign(new Error(told.error || answer.statusText), { status: answer.status });
    return told;
  }

  stopped(problem) {
    if (!this.underWay) return; // stopped or removed by the person
    if (problem.status === 404 && this.id) {
      this.id = null;
      this.sent = 0;
      this.show("gone");
    } else if ([413, 422].includes(problem.status)) {
      this.id = null; // the server threw it away
      this.show("unfit", problem.message);
    } else if (problem.status && problem.status < 500) {
      this.show("halted", problem.message);
      if (problem.status === 401) this.whenLoggedIn();
    } else {
      this.show("broken", problem.status ? problem.message : null);
      this.timer = setTimeout(() => this.retry(), AGAIN);
    }
  }

  // Somebody logs in again in another window: if it is the person of this page, the file goes on.
  whenLoggedIn() {
    const heard = ({ detail }) => {
      if (detail !== "live") return;
      document.removeEventListener("session", heard);
      if (this.state === "halted") this.box.queue(this);
    };
    document.addEventListener("session", heard);
  }

  retry() {
    clearTimeout(this.timer);
    if (this.state === "broken") this.box.queue(this);
  }

  // ---- what the person does ----

  press() {
    clearTimeout(this.timer);
    if (this.state === "going") {
      this.show("halted");
      this.stopper?.abort();
    } else if (this.file) {
      this.box.queue(this);
    } else {
      this.box.choose();
    }
  }

  // The file chosen again: what the server has of it stays.
  takeUp(file) {
    this.file = file;
    clearTimeout(this.timer);
    this.box.queue(this);
  }

  async remove() {
    const before = this.state;
    clearTimeout(this.timer);
    this.state = "removed";
    this.stopper?.abort();
    try {
      if (this.id) await this.ask("DELETE", `/${this.id}`);
    } catch (problem) {
      if (problem.status !== 404) {
        this.show(before === "done" ? "done" : "halted", this.box.words.stays);
        this.line.className = "state-line lk";
        return;
      }
    }
    this.box.dropped(this);
  }

  // The form attached it: it is no longer on its way.
  leave() {
    this.state = "removed";
    this.row.remove();
  }

  refuse(sentence) {
    this.show("unfit", sentence);
  }
}

export function fill(text, values = {}) {
  return Object.entries(values).reduce((all, [key, value]) => all.replace(`{${key}}`, () => value), text);
}

function bar() {
  const make = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const svg = make("svg");
  for (const [key, value] of [["class", "bar"], ["viewBox", "0 0 100 6"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) {
    svg.setAttribute(key, value);
  }
  for (const [cls, width] of [["c-soft", "100"], ["c-blue", "0"]]) {
    const rect = make("rect");
    rect.setAttribute("class", cls);
    rect.setAttribute("width", width);
    rect.setAttribute("height", "6");
    svg.append(rect);
  }
  return svg;
}
