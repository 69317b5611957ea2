// Keys: [data-shortcut="x"] is focused (a field) or pressed (a button, a link) by its key; j and k walk the links of a
// [data-walk] list. Nothing happens while somebody types, or with Ctrl, Alt or Meta held.

function typing(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function use(element) {
  if (typing(element)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function walk(step) {
  const list = document.querySelector("[data-walk]");
  if (!list) return false;
  const links = [...list.querySelectorAll("a.name, a[data-walk-stop]")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  next?.focus();
  return Boolean(next);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
  const element = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (element) use(element);
  else if (!((event.key === "j" && walk(1)) || (event.key === "k" && walk(-1)))) return;
  event.preventDefault();
});

// The menu of the signed-in person closes on Escape and on a press elsewhere.
const person = document.querySelector("details.who");
document.addEventListener("click", (event) => {
  if (person?.open && !person.contains(event.target)) person.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (person?.open) {
    person.open = false;
    person.querySelector("summary").focus();
  } else if (location.hash === "#menu") {
    location.hash = "#main";
  }
});

// A page that came back with errors puts the reader at their summary.
document.querySelector("[data-errors]")?.focus();
