// The reading room: the player by keys, in and out points, rows that jump to their frame, panes, suggestions of clauses.
// Everything here is a convenience: without it the browser's own player, typed timecodes and save buttons serve.

import { composing, writesInto } from "./keys.js";
import { suggestClauses } from "./room_clauses.js";
import { Player } from "./room_player.js";
import { Rows } from "./room_rows.js";

const room = document.querySelector("[data-room]");
const words = JSON.parse(room.dataset.words);
const player = document.getElementById("video") ? new Player(room, words) : null;

// ---- panes: rows, scores, overall ----

const panes = {
  show(id) {
    const pane = document.getElementById(id)?.closest("[data-pane]");
    if (!pane) return;
    room.querySelectorAll("[data-pane]").forEach((other) => { other.hidden = other !== pane; });
    room.querySelectorAll("[data-pane-link]").forEach((link) => {
      const on = link.getAttribute("href") === `#${pane.id}`;
      link.classList.toggle("on", on);
      if (on) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  },
};

const rows = new Rows(room, words, player, panes);

const BESIDE = window.matchMedia("(min-width: 1024px)"); // film and opinion stand side by side

function follow() {
  const id = decodeURIComponent(location.hash.slice(1)) || "rows";
  const place = document.getElementById(id);
  panes.show(place ? id : "rows");
  if (place?.matches("[data-row]")) {
    rows.open(place);
    rows.goTo(place);
  }
  if (id !== "rows") place?.scrollIntoView({ block: "nearest" });
  if (BESIDE.matches) window.scrollTo(0, 0); // the pane scrolls, not the page around it
}

window.addEventListener("hashchange", follow);
window.addEventListener("load", () => { if (BESIDE.matches) window.scrollTo(0, 0); });

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

// ---- Enter, and the buttons of forms ----

// In this room nothing is sent by leaving the page: what is written saves itself, and Enter goes on to the next field.
room.addEventListener("submit", (event) => {
  const form = event.target;
  if (form === rows.adder) {
    event.preventDefault();
    rows.add();
  } else if (form.matches("[data-dropped]")) {
    event.preventDefault();
    rows.putBack(form);
  } else if (form.matches("[data-autosave]") && !event.submitter?.matches("[data-take-out]")) {
    event.preventDefault();
    event.stopPropagation();
    nextField(form)?.focus();
  }
}, true);

room.addEventListener("submit", (event) => {
  // autosave may have held the press back, until the saving under way is answered
  if (event.defaultPrevented || !event.submitter?.matches("[data-take-out]")) return;
  event.preventDefault();
  rows.takeOut(event.target.closest("[data-row]"), event.submitter.formAction);
});

// The next field to type into: letters typed on must not meet a choice, where they would be the player's keys.
function nextField(form) {
  const fields = [...form.elements].filter((control) => control.offsetParent && control.matches("input:not([type=radio]), textarea"));
  return fields[fields.indexOf(document.activeElement) + 1];
}

// ---- keys ----

// In a row that is written in, the points are that row's; else they are the next row's.
function point(name) {
  if (!player) return;
  const form = document.activeElement.closest("[data-row] details[open] form");
  if (form) rows.stamp(form, name);
  else player.point(name);
}

const MOVES = {
  j: () => player?.skip(-1), l: () => player?.skip(1),
  ",": () => player?.step(-1), ".": () => player?.step(1), ArrowLeft: () => player?.step(-1), ArrowRight: () => player?.step(1),
};
const ACTS = {
  k: () => player?.toggle(), " ": () => player?.toggle(), i: () => point("in"), o: () => point("out"), p: () => player?.playSpan(),
  m: () => rows.add(), n: () => rows.add(), "[": () => player?.neighbour(-1), "]": () => player?.neighbour(1),
  Escape: () => player?.forget(),
};

function keyOf(event) {
  if (event.altKey && event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

// While something is typed, Alt brings the player's keys. A held key goes on moving the player; nothing else repeats.
document.addEventListener("keydown", (event) => {
  if (composing(event) || event.ctrlKey || event.metaKey) return;
  const typing = writesInto(event.target);
  if (typing && event.key === "Escape") {
    event.target.blur();
    return;
  }
  if (typing ? !event.altKey : event.altKey && event.key.startsWith("Arrow")) return; // Alt and an arrow: back, forth
  const key = keyOf(event);
  const ownKeys = event.target.closest("button, a, summary, [type=radio]") && [" ", "ArrowLeft", "ArrowRight"].includes(key);
  if ((ownKeys && !event.altKey) || !(MOVES[key] || ACTS[key])) return;
  event.preventDefault();
  if (MOVES[key]) MOVES[key]();
  else if (!event.repeat) ACTS[key]();
});

room.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-key]")) event.preventDefault(); // the row being written keeps the focus
});
// The second click of a double click marks nothing again.
room.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("[data-key=m], [data-add-row] button")) {
    event.preventDefault();
    return;
  }
  const button = event.target.closest("[data-key]");
  if (button) (MOVES[button.dataset.key] || ACTS[button.dataset.key])();
});

// ---- begin ----

document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
room.querySelectorAll("[data-clause]").forEach((field) => field.removeAttribute("list"));
room.classList.add("scripted");
suggestClauses(room, words);
follow();
rows.goTo(rows.opened);
