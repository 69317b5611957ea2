// Keys: [data-shortcut="x"] is focused (a field) or pressed (a button, a link) by its key; j and k walk the rows of the
// page's [data-walk] lists, one list after the other. Nothing happens while somebody types, or with Ctrl, Alt or Meta held.

import { composing, writesInto } from "./keys.js";

function use(element) {
  if (writesInto(element)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

// The link of each row: its name, else its first.
function stops() {
  const rows = [...document.querySelectorAll("[data-walk] > *")];
  return rows.map((row) => row.querySelector("a.name, a[data-walk-stop]") || row.querySelector("a")).filter(Boolean);
}

function walk(step) {
  const links = stops();
  const row = document.activeElement.closest("[data-walk] > *");
  const at = links.findIndex((link) => row?.contains(link));
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  next?.focus();
  return Boolean(next);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || composing(event) || writesInto(event.target)) return;
  const element = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (element && !event.repeat) use(element);
  else if (!((event.key === "j" && walk(1)) || (event.key === "k" && walk(-1)))) return;
  event.preventDefault();
});

// A folded act closes on Escape as long as nothing was written in it; the focus goes back to its button.
const ACT = "main details[open]:has(> summary):has(form[method=post], textarea)";

function begun(act) {
  return [...act.querySelectorAll("input:not([type=hidden], [type=submit]), textarea, select")].some((control) => {
    if (control.type === "file") return control.files.length > 0;
    if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
    if (control.options) return [...control.options].some((option) => option.selected !== option.defaultSelected) && control.selectedIndex > 0;
    return control.value.trim() !== "" && control.type !== "date" || control.value !== control.defaultValue;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || composing(event) || document.querySelector("details.who[open]")) return;
  const act = event.target.closest?.(ACT);
  if (!act || act.closest("[data-row]") || begun(act)) return;
  event.preventDefault();
  act.open = false;
  act.querySelector(":scope > summary").focus();
});

// The menu of the signed-in person closes on Escape and on a press elsewhere.
const person = document.querySelector("details.who");
document.addEventListener("click", (event) => {
  if (person?.open && !person.contains(event.target)) person.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || composing(event)) return;
  if (person?.open) {
    person.open = false;
    person.querySelector("summary").focus();
  } else if (location.hash === "#menu") {
    location.hash = "#main";
  }
});

// A page that came back with errors puts the reader at their summary.
document.querySelector("[data-errors]")?.focus();
