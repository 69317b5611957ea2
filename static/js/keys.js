// What a key press means. Keys of an input method (拼音) are its own, a held key repeats and is no second command,
// and Enter on a box or a choice sends no form.

// An input method is making words of these keys.
export function composing(event) {
  return event.isComposing || event.keyCode === 229;
}

// A command given by hand: neither made by an input method nor repeated by a held key.
export function meant(event) {
  return !composing(event) && !event.repeat;
}

// Whether keys write into this element.
export function writesInto(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
}

const LINES = "textarea, [contenteditable]";
let pressedAt = null; // where the key went down that is held now

// A command may move the focus while its key is still down: the repeats must not write where they did not begin.
document.addEventListener("keydown", (event) => {
  if (composing(event)) return;
  if (!event.repeat) {
    pressedAt = event.target;
    return;
  }
  const writes = event.key.length === 1 || ["Enter", "Backspace", "Delete"].includes(event.key);
  const elsewhere = writes && event.target !== pressedAt && writesInto(event.target);
  if (!elsewhere && (event.key !== "Enter" || event.target.closest(LINES))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("keydown", (event) => {
  const choice = event.key === "Enter" && event.target.closest("input[type=radio], input[type=checkbox]");
  if (choice?.form?.method === "post") event.preventDefault();
});
