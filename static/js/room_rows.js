// The rows of an opinion: what a folded row shows, which one is open, a new one where the player stands, one taken out
// and put back.

import { codeOf, frameAt } from "./room_timecode.js";
import { read, Unsent } from "./room_unsent.js";
import { drop } from "./kept.js";
import { logIn, send } from "./session.js";
import { onTyped } from "./typing.js";

const PLACE = ["episode", "tc_in", "tc_out"];
const NAMED = ["id", "for", "action", "formaction", "data-autosave", "aria-describedby", "aria-labelledby"];

export function fill(text, values) {
  return Object.entries(values).reduce((all, [key, value]) => all.replace(`{${key}}`, () => value), text);
}

export class Rows {
  constructor(room, words, player, panes) {
    Object.assign(this, { room, words, player, panes });
    this.list = room.querySelector("[data-rows-list]");
    this.adder = room.querySelector("[data-add-row]");
    this.blank = document.querySelector("[data-row-blank]");
    this.line = document.querySelector("[data-autosave-status]");
    this.unsent = new Unsent(room.dataset.add, this.token, (row, answer) => this.arrived(row, answer), (...why) => this.halted(...why));
    if (player) player.around = () => this.spanOf(this.opened);
    this.listen();
    this.unsent.left().forEach((entry) => this.again(entry));
    this.recount();
  }

  listen() {
    this.list.addEventListener("click", (event) => {
      const summary = event.target.closest("summary");
      if (summary && !summary.parentElement.open) this.goTo(summary.closest("[data-row]")); // it opens with this click
    });
    this.list.addEventListener("toggle", () => this.player?.redraw(), true);
    onTyped(this.room, (event) => {
      const form = event.target.closest("[data-row] form");
      if (form) this.refresh(form);
    });
    this.room.addEventListener("change", () => this.recount());
  }

  get token() {
    return this.adder.elements.csrf_token;
  }

  get all() {
    return [...this.list.querySelectorAll("[data-row]")];
  }

  get dropped() {
    return [...this.room.querySelectorAll("[data-dropped]")];
  }

  get opened() {
    return this.list.querySelector("details[open]")?.closest("[data-row]");
  }

  // ---- one row is open ----

  // Chromium shuts a <details name> that comes in while another of its name is open: the others are shut first.
  open(row) {
    this.all.forEach((other) => { if (other !== row) other.querySelector("details").open = false; });
    row.querySelector("details").open = true;
  }

  goTo(row) {
    if (row?.dataset.seconds) this.player?.jump(row.dataset.rowEpisode, Number(row.dataset.seconds));
  }

  // The frames the row points at, when they are of the episode that plays.
  spanOf(row) {
    if (!row?.dataset.seconds || row.dataset.rowEpisode !== this.player.episode) return {};
    const frame = (seconds) => (seconds ? Math.floor(Number(seconds) * this.player.clock.rate) : undefined);
    return { in: frame(row.dataset.seconds), out: frame(row.dataset.until) };
  }

  // ---- what a row shows while it is folded ----

  refresh(form) {
    const row = form.closest("[data-row]");
    const value = (name) => (form.elements[name]?.value || "").trim();
    const episode = value("episode") ? fill(this.words.episode, { n: value("episode") }) : this.words.whole;
    const span = [value("tc_in"), value("tc_out")].filter(Boolean).join("—");
    row.querySelector("[data-shown=place]").textContent = `${episode} ${span}`;
    if (value("problem")) row.querySelector("[data-shown=problem]").textContent = value("problem");
    const must = value("severity") === "must";
    const tag = Object.assign(document.createElement("span"), {
      className: `tag tag-${must ? "must" : "may"}`, textContent: must ? this.words.must : this.words.should,
    });
    row.querySelector("[data-shown=severity]").replaceChildren(tag);
    row.dataset.rowEpisode = value("episode");
    this.measure(row, form);
  }

  measure(row, form) {
    const clock = this.player?.clockOf(form.elements.episode.value);
    const first = clock && frameAt(form.elements.tc_in.value, clock);
    const last = clock && frameAt(form.elements.tc_out.value, clock);
    row.dataset.seconds = Number.isInteger(first) ? String((first + 0.5) / clock.rate) : "";
    row.dataset.until = Number.isInteger(last) ? String((last + 0.5) / clock.rate) : "";
    const known = Number.isInteger(first) && Number.isInteger(last) && last >= first;
    const count = known ? last - first + 1 : 0;
    row.querySelector("[data-length]").textContent = known
      ? fill(this.words.sec, { s: Math.floor(count / clock.nominal), f: count % clock.nominal }) : "";
  }

  recount() {
    this.all.forEach((row, index) => {
      row.querySelector("b").textContent = index + 1;
      row.querySelector("[data-take-out] .visually-hidden").textContent = fill(this.words.number, { n: index + 1 });
    });
    this.room.querySelector("[data-count-rows]").textContent = this.all.length;
    this.room.querySelectorAll("[data-episode]").forEach((tile) => {
      const count = this.all.filter((row) => row.dataset.rowEpisode === tile.dataset.episode).length;
      tile.querySelector("em").textContent = count || "";
    });
    this.player?.mark(this.all);
  }

  // ---- a point of the row that is written in ----

  // Sets the row's in or out point to where the player stands. A row of another episode becomes one of this episode.
  stamp(form, name) {
    const { episode, tc_in: first, tc_out: last } = form.elements;
    if (episode.value.trim() !== this.player.episode) [episode.value, first.value, last.value] = [this.player.episode, "", ""];
    (name === "in" ? first : last).value = codeOf(this.player.frame, this.player.clock);
    form.dispatchEvent(new Event("input", { bubbles: true }));
    this.recount();
  }

  // ---- a new row, where the player stands ----

  // The row is there at once, open and written into; it goes to the server meanwhile.
  add() {
    const place = this.place();
    if (document.fullscreenElement) document.exitFullscreen(); // what is written must be seen
    this.player?.pause();
    this.player?.forget();
    this.begin(`${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`, place);
  }

  place() {
    if (!this.player) return { episode: this.adder.elements.episode.value, tc_in: "", tc_out: "" };
    const { in: first, out } = this.player.span;
    const code = (frame) => (frame === undefined ? "" : codeOf(frame, this.player.clock));
    return { episode: this.player.episode, tc_in: code(first), tc_out: code(out) };
  }

  begin(mark, place) {
    const row = this.draw(mark, place);
    this.panes.show("rows");
    this.list.append(row);
    this.open(row);
    this.refresh(row.querySelector("form"));
    this.recount();
    const problem = row.querySelector("[name=problem]");
    problem.focus({ preventScroll: true });
    for (const part of [row, problem]) part.scrollIntoView({ block: "nearest", behavior: "instant" }); // typing begins at once
    this.say(this.line.dataset.unsaved, "wait");
    this.unsent.add(row, mark, place);
    return row;
  }

  // The blank row of the page, named by its mark until the server has given it an id.
  draw(mark, place) {
    const row = this.blank.content.querySelector("[data-row]").cloneNode(true);
    this.rename(row, this.room.dataset.blank, mark);
    row.dataset.mark = mark;
    const form = row.querySelector("form");
    for (const name of PLACE) form.elements[name].defaultValue = place[name]; // the server gets these with the row
    form.dataset.unsaved = "yes";
    form.querySelector("[data-take-out]").hidden = true;
    form.querySelector("[data-clause]").removeAttribute("list");
    return row;
  }

  rename(row, old, name) {
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of NAMED) {
        if (element.hasAttribute(attribute)) element.setAttribute(attribute, element.getAttribute(attribute).replace(old, () => name));
      }
    }
  }

  // The server has it: from here on it saves itself as every other row does.
  arrived(row, { id, version, base, at }) {
    this.rename(row, row.dataset.mark, id);
    const form = row.querySelector("form");
    form.elements.version.value = version;
    form.elements.base.value = base;
    delete form.dataset.unsaved;
    form.querySelector("[data-take-out]").hidden = false;
    this.say(fill(this.line.dataset.saved, { at }), "");
    form.dispatchEvent(new CustomEvent("draft", { bubbles: true }));
  }

  // The line at the foot, which autosave writes too.
  say(text, tone) {
    this.line.dataset.tone = tone;
    this.line.dataset.said = text;
    this.line.textContent = text;
  }

  // A new row did not get through; it is kept here. Where the log-in is over, the line leads there.
  halted(sentence, ended) {
    if (!ended) {
      this.say(sentence || this.words.adding, "bad");
      return;
    }
    const [before, after = ""] = this.line.dataset.ended.split("{link}");
    const way = Object.assign(document.createElement("a"), { href: logIn(), textContent: this.line.dataset.logIn });
    way.addEventListener("click", () => this.all.forEach((row) => { delete row.querySelector("form").dataset.unsaved; }));
    this.say(before, "bad");
    this.line.append(way, after);
  }

  // A row this computer kept: the server may have got it, only the answer did not come.
  again({ mark, fields }) {
    if (this.dropped.some((line) => line.dataset.mark === mark)) return; // taken out in another window: kept until it is back
    const known = this.all.find((row) => row.dataset.mark === mark);
    const form = (known || this.begin(mark, { episode: "", tc_in: "", tc_out: "" })).querySelector("form");
    for (const [name, value] of fields) {
      if (form.elements[name] && value) form.elements[name].value = value;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    if (known) drop(this.unsent.key(mark));
  }

  // ---- taken out, put back ----

  async post(form, address) {
    return read(await send(address, this.token, { method: "POST", body: new URLSearchParams([...new FormData(form)]) }));
  }

  // Where the row stood, a line says that it is gone, and puts it back.
  async takeOut(row, address) {
    const form = row.querySelector("form");
    if (this.busy) return;
    this.busy = true;
    try {
      const { html, at } = await this.post(form, address);
      const line = made(html, "[data-dropped]");
      row.replaceWith(line);
      if (form.elements.taken) drop(form.elements.taken.value); // the server has what autosave kept when the button was pressed
      line.querySelector("button").focus();
      this.recount();
      this.say(fill(this.line.dataset.saved, { at }), "");
    } catch (problem) {
      form.dispatchEvent(new Event("input", { bubbles: true })); // what was typed is kept on
      this.failed(problem);
    } finally {
      this.busy = false;
    }
  }

  async putBack(line) {
    if (this.busy) return;
    this.busy = true;
    try {
      const { html, before } = await this.post(line, line.action);
      const row = made(html, "[data-row]");
      this.list.insertBefore(row, before ? document.getElementById(`row-${before}`) : null);
      this.forgetLine(line);
      row.querySelector("[data-clause]").removeAttribute("list");
      row.querySelector("form").dispatchEvent(new CustomEvent("draft", { bubbles: true }));
      this.open(row);
      this.recount();
      this.goTo(row);
      this.unsent.left().filter((entry) => entry.mark === row.dataset.mark).forEach((entry) => this.again(entry));
      row.querySelector("summary").focus();
    } catch (problem) {
      this.failed(problem);
    } finally {
      this.busy = false;
    }
  }

  // The line of a row that is back; the list of those taken out earlier says how many are left.
  forgetLine(line) {
    const list = line.closest("details.gone");
    line.remove();
    const left = list?.querySelectorAll("[data-dropped]").length;
    if (left) list.querySelector("summary").textContent = fill(this.words.gone, { n: left });
    else list?.remove();
  }

  failed(problem) {
    this.say(problem.sentence || this.words.failed, "bad");
  }
}

function made(html, selector) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector(selector);
}
