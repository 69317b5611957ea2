// Live character counts. Counts what the server counts: NFC code points without Unicode white space (Python's str.split).

const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/gu;

export function characters(text) {
  return [...text.normalize("NFC").replace(SPACE, "")].length;
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
