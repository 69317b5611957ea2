// Clauses found by typing, under the field that names a basis.

import { onTyped } from "./typing.js";

const REST = 200;

export function suggestClauses(room, words) {
  let wait = null;

  onTyped(room, (event) => {
    if (!event.target.matches("[data-clause]")) return;
    clearTimeout(wait);
    wait = setTimeout(suggest, REST, event.target);
  });
  room.addEventListener("focusout", (event) => {
    const field = event.target.closest("[data-clause]");
    if (!field || field.parentElement.contains(event.relatedTarget)) return;
    clearTimeout(wait);
    setTimeout(() => { boxOf(field).hidden = document.activeElement !== field; }, REST); // after a press on a suggestion
  });

  async function suggest(field) {
    const asked = field.value;
    boxOf(field).hidden = !asked.trim();
    if (!asked.trim()) return;
    const answer = await fetch(`${room.dataset.clauses}?q=${encodeURIComponent(asked)}`, {
      headers: { Accept: "application/json", "X-Requested-With": "fetch" },
    }).catch(() => null);
    if (!answer?.ok) return;
    const { clauses, more } = await answer.json();
    if (field.value !== asked || document.activeElement !== field) return; // an answer that came too late
    show(field, clauses, more);
  }

  function show(field, clauses, more) {
    const box = boxOf(field);
    box.replaceChildren(...clauses.map((clause) => suggestion(field, clause)));
    if (!clauses.length) box.textContent = words.none;
    if (more) box.append(Object.assign(document.createElement("span"), { className: "mute small", textContent: more }));
    box.hidden = clauses.length === 1 && clauses[0].text === field.value;
  }
}

function boxOf(field) {
  return field.parentElement.querySelector("[data-suggest]");
}

function suggestion(field, clause) {
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "chip", textContent: `${clause.text} ${clause.heading}`,
  });
  button.addEventListener("click", () => {
    field.value = clause.text;
    field.focus();
    boxOf(field).hidden = true;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return button;
}
