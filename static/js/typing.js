// Typing through an input method. While one composes (拼音 before it becomes 字), a field holds letters nobody means:
// nothing is saved, counted or looked up from them.

let composing = null; // the field being composed in, and what it said before

document.addEventListener("compositionstart", (event) => {
  composing = { field: event.target, before: event.target.value };
}, true);
for (const ending of ["compositionend", "focusout"]) {
  document.addEventListener(ending, (event) => {
    if (composing?.field === event.target) composing = null;
  }, true);
}

// Call `heard` for every change that is meant: not for letters of a composition, once for what it became.
export function onTyped(root, heard) {
  root.addEventListener("input", (event) => { if (!event.isComposing) heard(event); });
  root.addEventListener("compositionend", heard);
}

// What a form says, as [name, value] pairs without files and token. A field being composed in says what it said before.
export function said(form) {
  const pairs = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
  const { field, before } = composing || {};
  if (!field?.name || field.form !== form) return pairs;
  const place = [...form.elements].filter((other) => other.name === field.name && !other.disabled).indexOf(field);
  const pair = pairs.filter(([name]) => name === field.name)[place];
  if (pair) pair[1] = before;
  return pairs;
}

// What the server drew into a form, in the same shape: somebody may write before the scripts are there.
export function drawn(form) {
  return [...form.elements].flatMap((control) => {
    if (!control.name || control.disabled || control.name === "csrf_token") return [];
    if (["file", "submit", "button", "image", "fieldset", "output", "reset"].includes(control.type)) return [];
    if (["checkbox", "radio"].includes(control.type)) return control.defaultChecked ? [[control.name, control.value]] : [];
    if (!control.options) return [[control.name, (control.type === "hidden" ? control.value : control.defaultValue).replace(/\r\n?/g, "\n")]];
    const chosen = [...control.options].filter((option) => option.defaultSelected);
    if (!control.multiple && !chosen.length && control.options.length) chosen.push(control.options[0]);
    return (control.multiple ? chosen : chosen.slice(-1)).map((option) => [control.name, option.value]);
  });
}

const APART = ["version", "base", "held", "taken"]; // what a page knows of the bank, not what was typed

// Values by name: {name: [value, …]}.
export function byName(pairs) {
  const values = new Map();
  pairs.forEach(([name, value]) => { if (!APART.includes(name)) values.set(name, [...(values.get(name) || []), value]); });
  return values;
}

// The names whose values differ between two sayings of a form.
export function differing(one, other) {
  const [mine, theirs] = [byName(one), byName(other)];
  return [...new Set([...mine.keys(), ...theirs.keys()])]
    .filter((name) => JSON.stringify(mine.get(name)) !== JSON.stringify(theirs.get(name)));
}

export function same(one, other) {
  return differing(one, other).length === 0;
}

// Of these names, those whose values people typed and the page does not show. What no hand writes (the number of a file,
// what a page hides) is not looked at, nor what the bank leaves out of a text: marks nobody sees, blanks at the ends.
export function lacking(form, fields, names) {
  const [there, kept] = [byName(said(form)), byName(fields)];
  return names.filter((name) => {
    const controls = [...form.elements].filter((control) => control.name === name);
    if (controls.length ? controls.every((control) => control.type === "hidden") : CARRIED.test(name)) return false;
    const line = controls.some((control) => control.type === "text" || control.type === "tel" || control.type === "search");
    const meant = (values) => JSON.stringify((values || []).map((value) => asKept(value, line)).filter(Boolean));
    return meant(there.get(name)) !== meant(kept.get(name));
  });
}

const CARRIED = /_(id|failed)$|^(do|remove|unsent_file)$/;

// Whether a field of that name is written by hand: only of such a field can two windows say different things. Which files
// a form has, the server knows by itself.
export function byHand(name) {
  return !CARRIED.test(name);
}

function asKept(value, line) {
  const text = value.replace(/\r\n?/g, "\n").replace(/\p{Cf}/gu, "").replace(/[^\S\n]+$/gm, "").trim();
  return line ? text.normalize("NFKC").replace(/\s+/g, " ") : text;
}

// Write values into the fields of that name. Gives false where there are more values than fields.
export function put(form, name, values) {
  const left = [...(values || [])];
  const controls = [...form.elements].filter((control) => control.name === name && !["hidden", "file"].includes(control.type));
  for (const control of controls) {
    if (["checkbox", "radio"].includes(control.type)) control.checked = (values || []).includes(control.value);
    else if (control.multiple) [...control.options].forEach((option) => { option.selected = (values || []).includes(option.value); });
    else if (left.length) control.value = left.shift();
    else control.value = "";
  }
  controls[0]?.dispatchEvent(new Event("input", { bubbles: true }));
  return controls.length > 0;
}
