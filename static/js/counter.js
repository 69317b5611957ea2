// Live counts (字数) as word processors count: a Chinese character or mark is one, so is a run of letters or digits between
// them. The same as workflows.filing_view.length_of_text on the text the server cleans; a test holds the two together.

// the server's cleaning: workflows.typed.prose
const BREAK = /\r\n|[\r\v\f\x0e\x85\u2028\u2029]/gu;
const UNREAD = /[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffc\ufffe\uffff\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/gu;
const LOOKALIKE = /[\u2e80-\u2fdf\ufb00-\ufb06]/gu;
const INVISIBLE = /[\u200c-\u200f]/gu;
const EAST =
  "\\u2e80-\\u2fff\\u3001-\\u9fff\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff01-\\uffee\\u{20000}-\\u{3ffff}" +
  "\\u2014\\u2018\\u2019\\u201c\\u201d\\u2026\\u00b7";
const COUNTED = new RegExp(`[${EAST}]|[^\\s${EAST}]+`, "gu");

export function characters(text) {
  const cleaned = text.replace(BREAK, "\n").replace(/\x1e/g, "-").replace(UNREAD, "")
    .replace(LOOKALIKE, (found) => found.normalize("NFKC")).normalize("NFC").replace(INVISIBLE, "");
  return (cleaned.match(COUNTED) || []).length;
}

function show(box, area) {
  const count = characters(area.value);
  const least = Number(box.dataset.least || 0);
  const most = Number(box.dataset.most || 0);
  const right = count >= least && (!most || count <= most);
  box.querySelector("[data-count-number]").textContent = count.toLocaleString("en");
  const filled = box.querySelector(".bar rect:nth-of-type(2)");
  filled.setAttribute("width", Math.min(100, (100 * count) / (least || most)).toFixed(1));
  filled.setAttribute("class", right ? "c-green" : "c-amber");
  return sentence(box, count, least, most);
}

function sentence(box, count, least, most) {
  if (count < least) return box.dataset.lacks.replace("{n}", least - count);
  if (most && count > most) return box.dataset.over.replace("{n}", count - most);
  return box.dataset.enough;
}

function watch(box) {
  const area = document.getElementById(box.dataset.count);
  const said = box.querySelector("[data-count-said]");
  let pause;
  area.addEventListener("input", () => {
    const words = show(box, area);
    clearTimeout(pause); // read out only when the writer rests
    pause = setTimeout(() => { said.textContent = words; }, 1200);
  });
  show(box, area);
}

document.querySelectorAll("[data-count]").forEach(watch);
