// Live counts. Where a text must have at least so much (字数) it is counted as word processors count: a Chinese character
// or mark is one, so is a run of letters or digits between them, as workflows.filing_view.length_of_text does. Where it
// must not have more, every sign counts. Both count the text as the server cleans it; a test holds the two together.

// the server's cleaning: workflows.typed.prose
const BREAK = /\r\n|[\r\v\f\x0e\x85\u2028\u2029]/gu;
const UNREAD = /[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffc\ufffe\uffff\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/gu;
const LOOKALIKE = /[\u2e80-\u2fdf\ufb00-\ufb06]/gu;
const MARK = /[\u061c\u180e\u200c-\u200f\u2061-\u2065\u206a-\u206f\ufff9-\ufffb\u{e0001}\u{e0020}-\u{e007f}]/gu;
const INVISIBLE = /[\u200c-\u200f]/gu;
const EAST =
  "\\u2e80-\\u2fff\\u3001-\\u9fff\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff01-\\uffee\\u{20000}-\\u{3ffff}" +
  "\\u2014\\u2018\\u2019\\u201c\\u201d\\u2026\\u00b7";
const COUNTED = new RegExp(`[${EAST}]|[^\\s${EAST}]+`, "gu");

// The text as the server keeps it.
export function cleaned(text) {
  return text.replace(BREAK, "\n").replace(/\x1e/g, "-").replace(UNREAD, "")
    .replace(LOOKALIKE, (found) => found.normalize("NFKC")).normalize("NFC");
}

// What a rule counts that asks for at least so much.
export function characters(text) {
  return (cleaned(text).replace(INVISIBLE, "").match(COUNTED) || []).length;
}

// What a limit counts: every sign. The same as kernel.forms.AtMost. `line`: the text stands on a single line, where
// blanks and line breaks of every kind are one blank each (workflows.typed.one_line).
export function signs(text, line = false) {
  const kept = cleaned(text).trim();
  return [...(line ? kept.replace(MARK, "").trim().replace(/\s+/gu, " ") : kept)].length;
}

// What the limit of a field counts of what stands in it.
function used(field) {
  return signs(field.value, field.matches("input"));
}

const words = document.querySelector("script[data-count-words]")?.dataset;
const CLOSE = 0.9; // of a limit nothing is said before so much of it is used

function put(sentence, values) {
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, () => value.toLocaleString("en")), sentence);
}

// What is to be said of what stands in a field, and whether it is as asked for.
function judged(field, least, most) {
  const [written, all] = [characters(field.value), used(field)];
  if (most && all > most) return [put(words.over, { most, n: all - most }), false];
  if (least && written < least) return [put(words.lacks, { least, n: least - written }), false];
  if (least) return [put(words.enough, { least, n: written }), true];
  return [put(words.room, { most, n: most - all }), true];
}

// The counter of a field that always shows one.
function show(box, field) {
  const least = Number(box.dataset.least || 0);
  const most = Number(box.dataset.most || 0);
  const [sentence, right] = judged(field, least, most);
  box.querySelector("[data-count-words]").textContent = sentence;
  const filled = box.querySelector(".bar rect:nth-of-type(2)");
  filled.setAttribute("width", Math.min(100, (100 * (least ? characters(field.value) : used(field))) / (least || most)).toFixed(1));
  filled.setAttribute("class", right ? "c-green" : "c-amber");
  return sentence;
}

// Of all other fields with a limit something is said only when it comes near.
function near(field) {
  const most = Number(field.dataset.most);
  const place = field.closest(".unit") || field;
  let line = place.nextElementSibling?.matches(".count-near") ? place.nextElementSibling : null;
  if (used(field) <= most * CLOSE) {
    line?.remove();
    return;
  }
  const [sentence, right] = judged(field, 0, most);
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "count-near" });
    place.after(line);
  }
  line.classList.toggle("err", !right);
  line.textContent = sentence;
}

let pause;

// Read out only when the writer rests.
function tell(sentence, said) {
  clearTimeout(pause);
  pause = setTimeout(() => { said.textContent = sentence; }, 1200);
}

function count(field) {
  const box = field.id && document.querySelector(`[data-count="${CSS.escape(field.id)}"]`);
  if (box) tell(show(box, field), box.querySelector("[data-count-said]"));
  else if (field.dataset.most) near(field);
}

function heard(event) {
  if (event.isComposing || !words) return;
  if (event.target.matches("textarea, input")) count(event.target);
}

// A search asks with its address, which has no room for more: it is said beside the box, not cut off.
function halt(event) {
  if (event.target.method !== "get") return;
  const long = [...event.target.elements].find((field) => Number(field.dataset.most) && used(field) > Number(field.dataset.most));
  if (!long) return;
  event.preventDefault();
  near(long);
  long.focus();
}

if (words) {
  document.addEventListener("submit", halt);
  document.addEventListener("input", heard);
  document.addEventListener("compositionend", heard);
  document.querySelectorAll("[data-count]").forEach((box) => show(box, document.getElementById(box.dataset.count)));
  document.querySelectorAll("[data-most]:is(input, textarea)").forEach(count);
}
