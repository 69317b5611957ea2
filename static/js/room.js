// The reading room: the player by keys, in and out points, rows that jump to their frame, panes, suggestions of clauses.
// Everything here is a convenience: without it the browser's own player, typed timecodes and save buttons serve.

import { Player } from "./room_player.js";
import { codeOf, frameAt } from "./room_timecode.js";

const room = document.querySelector("[data-room]");
const words = JSON.parse(room.dataset.words);
const list = room.querySelector("[data-rows-list]");
const player = document.getElementById("video") ? new Player(room, words) : null;

const fill = (text, values) => Object.entries(values).reduce((all, [key, value]) => all.replace(`{${key}}`, value), text);
const rows = () => [...list.querySelectorAll("[data-row]")];
const openRow = () => list.querySelector("details[open]")?.closest("[data-row]");

// ---- panes: rows, scores, overall ----

function show(id) {
  const pane = document.getElementById(id)?.closest("[data-pane]");
  if (!pane) return;
  room.querySelectorAll("[data-pane]").forEach((other) => { other.hidden = other !== pane; });
  room.querySelectorAll("[data-pane-link]").forEach((link) => {
    const on = link.getAttribute("href") === `#${pane.id}`;
    link.classList.toggle("on", on);
    if (on) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
}

function follow() {
  const id = decodeURIComponent(location.hash.slice(1)) || "rows";
  show(document.getElementById(id) ? id : "rows");
  const details = document.getElementById(id)?.querySelector("details");
  if (details && id.startsWith("row-")) details.open = true;
  if (id !== "rows") document.getElementById(id)?.scrollIntoView({ block: "nearest" });
}

window.addEventListener("hashchange", follow);

// ---- what a row shows while it is folded ----

function refresh(form) {
  const row = form.closest("[data-row]");
  if (!row) return;
  const value = (name) => (form.elements[name]?.value || "").trim();
  const episode = value("episode") ? fill(words.episode, { n: value("episode") }) : words.whole;
  const span = [value("tc_in"), value("tc_out")].filter(Boolean).join("—");
  row.querySelector("[data-shown=place]").textContent = `${episode} ${span}`;
  if (value("problem")) row.querySelector("[data-shown=problem]").textContent = value("problem");
  const must = value("severity") === "must";
  const tag = Object.assign(document.createElement("span"), { className: `tag tag-${must ? "must" : "may"}`, textContent: must ? words.must : words.should });
  row.querySelector("[data-shown=severity]").replaceChildren(tag);
  row.dataset.rowEpisode = value("episode");
  measure(row, form);
}

function measure(row, form) {
  const clock = player?.clockOf(form.elements.episode.value);
  const first = clock && frameAt(form.elements.tc_in.value, clock);
  const last = clock && frameAt(form.elements.tc_out.value, clock);
  row.dataset.seconds = Number.isInteger(first) ? String((first + 0.5) / clock.rate) : "";
  row.dataset.until = Number.isInteger(last) ? String((last + 0.5) / clock.rate) : "";
  const known = Number.isInteger(first) && Number.isInteger(last) && last >= first;
  const count = known ? last - first + 1 : 0;
  row.querySelector("[data-length]").textContent = known
    ? fill(words.sec, { s: Math.floor(count / clock.nominal), f: count % clock.nominal }) : "";
}

function recount() {
  rows().forEach((row, index) => { row.querySelector("b").textContent = index + 1; });
  room.querySelector("[data-count-rows]").textContent = rows().length;
  room.querySelectorAll("[data-episode]").forEach((link) => {
    const count = rows().filter((row) => row.dataset.rowEpisode === link.dataset.episode).length;
    link.querySelector("em").textContent = count || "";
  });
  player?.mark(rows());
}

room.addEventListener("input", (event) => {
  const form = event.target.closest("form.edit");
  if (form) refresh(form);
});
room.addEventListener("change", recount);

// ---- what the server said of a form ----

const stillLacking = document.querySelector("[data-lacks-link]");

room.addEventListener("told", (event) => {
  if (stillLacking) stillLacking.textContent = stillLacking.dataset.lacksLink; // the figure was of before
  const { errors = {}, lacks } = event.detail;
  event.target.querySelectorAll("[data-error]").forEach((line) => {
    const said = errors[line.dataset.error];
    line.hidden = !said;
    line.querySelector("span").textContent = said || "";
    const control = event.target.elements[line.dataset.error];
    if (control instanceof HTMLElement) control.toggleAttribute("aria-invalid", Boolean(said));
    if (said && control instanceof HTMLElement) control.setAttribute("aria-invalid", "true");
  });
  const hints = event.target.querySelector("[data-lacks]");
  if (!hints || !lacks) return;
  hints.hidden = !lacks.length;
  hints.replaceChildren(...lacks.map((text) => Object.assign(document.createElement("span"), { className: "miss", textContent: text })));
});

// A link to both texts is followed with what was typed, so that the other page can show it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-autosave-status] a");
  const form = link && [...document.querySelectorAll("form[data-autosave]")].find((one) => link.pathname === `${one.dataset.autosave}/both`);
  if (!form) return;
  event.preventDefault();
  form.dataset.sent = "yes";
  form.action = link.href;
  form.submit();
});

// ---- a new row, where the player stands ----

async function add() {
  const form = room.querySelector("[data-add-row]");
  const body = new URLSearchParams({ episode: player?.episode || "", ...player?.span() });
  try {
    const answer = await fetch(room.dataset.add, {
      method: "POST", body, headers: { Accept: "application/json", "X-Requested-With": "fetch", "X-CSRFToken": form.elements.csrf_token.value },
    });
    if (!answer.ok) throw new Error(answer.statusText);
    const holder = document.createElement("template");
    holder.innerHTML = (await answer.json()).html;
    show("rows");
    const row = list.appendChild(holder.content.querySelector("[data-row]"));
    row.querySelector("form").dispatchEvent(new CustomEvent("draft", { bubbles: true }));
    rows().filter((other) => other !== row).forEach((other) => { other.querySelector("details").open = false; });
    player?.clearSpan();
    recount();
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("[name=problem]").focus();
  } catch {
    window.alert(words.failed);
  }
}

room.querySelector("[data-add-row]").addEventListener("submit", (event) => {
  event.preventDefault();
  add();
});

// ---- rows and player ----

function goTo(row) {
  if (row?.dataset.seconds) player?.jump(row.dataset.rowEpisode, Number(row.dataset.seconds), Number(row.dataset.until));
}

list.addEventListener("toggle", (event) => {
  if (event.target.open) goTo(event.target.closest("[data-row]"));
}, true);

function stamp(name) {
  player.point(name);
  const form = openRow()?.querySelector("form");
  if (!form || !document.activeElement.closest("[data-row]")) return;
  write(form, name);
}

function write(form, name) {
  form.elements[name === "in" ? "tc_in" : "tc_out"].value = codeOf(player.frame, player.clock);
  if (!form.elements.episode.value) form.elements.episode.value = player.episode;
  form.dispatchEvent(new Event("input", { bubbles: true }));
  recount();
}

const KEYS = {
  j: () => player.skip(-1), k: () => player.toggle(), l: () => player.skip(1), " ": () => player.toggle(),
  ",": () => player.step(-1), ".": () => player.step(1), ArrowLeft: () => player.step(-1), ArrowRight: () => player.step(1),
  i: () => stamp("in"), o: () => stamp("out"), p: () => player.playSpan(), m: add, n: add,
  "[": () => player.neighbour(-1), "]": () => player.neighbour(1),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio]), textarea, select");
  if (event.key === "Escape" && typing) return typing.blur();
  // while something is typed, Alt brings the player's keys
  if (event.ctrlKey || event.metaKey || (typing && !event.altKey)) return undefined;
  if (!typing && (event.target.closest("button, a, summary, [type=radio]") && [" ", "ArrowLeft", "ArrowRight"].includes(event.key))) return undefined;
  const key = event.altKey && event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!player || !KEYS[key]) return undefined;
  event.preventDefault();
  return KEYS[key]();
});

room.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-key]")) event.preventDefault(); // the row being written keeps the focus
});
room.addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]");
  if (button) KEYS[button.dataset.key]();
});

// ---- clauses, found by typing ----

let wait = null;

room.addEventListener("input", (event) => {
  if (!event.target.matches("[data-clause]")) return;
  clearTimeout(wait);
  wait = setTimeout(suggest, 200, event.target);
});

async function suggest(field) {
  const box = field.parentElement.querySelector("[data-suggest]");
  box.hidden = !field.value.trim();
  if (box.hidden) return;
  const answer = await fetch(`${room.dataset.clauses}?q=${encodeURIComponent(field.value)}`, { headers: { Accept: "application/json", "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer?.ok) return;
  const { clauses } = await answer.json();
  box.replaceChildren(...clauses.map((clause) => suggestion(field, box, clause)));
  if (!clauses.length) box.textContent = words.none;
  box.hidden = clauses.length === 1 && clauses[0].text === field.value;
}

function suggestion(field, box, clause) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: `${clause.text} ${clause.heading}` });
  button.addEventListener("click", () => {
    field.value = clause.text;
    box.hidden = true;
    field.focus();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return button;
}

// ---- begin ----

room.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
room.querySelectorAll("[data-clause]").forEach((field) => field.removeAttribute("list"));
room.classList.add("scripted");
follow();
recount();
goTo(openRow());
