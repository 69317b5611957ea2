// The page of a cut: the player by keys, points that jump to their frame, an address that says where one is. Without it
// the browser's own player serves, and every timecode is a link to the page at that frame.

import { meant, writesInto } from "./keys.js";
import { Player } from "./room_player.js";

const room = document.querySelector("[data-room]");
const points = [...room.querySelectorAll("[data-row]")];
const player = document.getElementById("video") ? new Player(room, JSON.parse(room.dataset.words)) : null;

const keep = (url) => history.replaceState(null, "", url);

function jump(link) {
  const row = link.closest("[data-row]");
  points.forEach((other) => other.toggleAttribute("aria-current", other === row));
  row.setAttribute("aria-current", "true");
  player.jump(row.dataset.rowEpisode, Number(row.dataset.seconds));
  keep(link.href);
}

room.addEventListener("click", (event) => {
  const link = event.target.closest("[data-row] a[data-jump]");
  if (!link || !player || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!player.linkOf(link.closest("[data-row]").dataset.rowEpisode)) return; // not in this version: the page says so
  event.preventDefault();
  jump(link);
});

// What one has to know of a file stands below it while it is shown.
function tell(link) {
  const line = room.querySelector("[data-trouble-line]");
  line.hidden = !link.dataset.trouble;
  line.querySelector("span").textContent = link.dataset.trouble || "";
}

const KEYS = {
  j: () => player.skip(-1), k: () => player.toggle(), l: () => player.skip(1), " ": () => player.toggle(),
  ",": () => player.step(-1), ".": () => player.step(1), ArrowLeft: () => player.step(-1), ArrowRight: () => player.step(1),
  "[": () => player.neighbour(-1), "]": () => player.neighbour(1),
};
const HELD = [",", ".", "ArrowLeft", "ArrowRight", "j", "l"]; // these go on while the key is down

document.addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!player || !KEYS[key] || event.ctrlKey || event.metaKey || event.altKey || writesInto(event.target)) return;
  if (!meant(event) && !(event.repeat && HELD.includes(key))) return;
  if (key === " " && event.target.closest("button, a, summary")) return;
  event.preventDefault();
  KEYS[key]();
});

room.addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]");
  if (button) KEYS[button.dataset.key]();
});

room.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
if (player) {
  player.opened = (link) => {
    tell(link);
    keep(link.href);
  };
  player.mark(points);
}
