// Which episodes the chosen files of a cut lack, said as soon as they are chosen: the house uploads them, or says at once
// what becomes of them. Reads names as `reviews/cut_files.py` does; what it cannot read it says nothing about.

import { fill } from "./upload_file.js";

const NAMED = [/\u7b2c\s*(\d{1,4})\s*[\u96c6\u8bdd\u56de]/g, /(?<![a-z])(?:ep|episode|e)[\s._-]*(\d{1,4})(?!\d)/gi, /(?<!\d)(\d{1,3})(?!\d)/g];

// The episode a file's name gives, or null when it gives none or more than one.
export function episodeIn(name) {
  const stem = name.normalize("NFKC").replace(/\.[^.]*$/, "");
  for (const form of NAMED) {
    const found = new Set([...stem.matchAll(form)].map((hit) => Number(hit[1])));
    if (found.size) return found.size === 1 ? [...found][0] : null;
  }
  return null;
}

// The episodes no file is named after; none where a name cannot be read, or one file holds the whole.
export function lackingOf(names, episodes) {
  const known = names.map(episodeIn);
  if (!names.length || (names.length === 1 && (episodes === 1 || known[0] === null))) return [];
  if (known.some((episode) => episode === null || episode < 1 || episode > episodes)) return [];
  return Array.from({ length: episodes }, (_, place) => place + 1).filter((episode) => !known.includes(episode));
}

// 1—3、5: what follows each other in one piece.
export function runs(episodes) {
  const found = [];
  for (const episode of episodes) {
    const last = found.at(-1);
    if (last && episode === last[1] + 1) last[1] = episode;
    else found.push([episode, episode]);
  }
  return found.map(([first, end]) => (first === end ? `${first}` : `${first}—${end}`)).join("、");
}

export function watchEpisodes(box) {
  const partial = box.element.parentElement.querySelector("[data-episodes]");
  if (box.purpose !== "cut" || !partial) return;
  const choice = partial.querySelector("[name=lacks]");
  const tell = () => {
    const names = box.uploads.filter((upload) => !["unfit", "gone"].includes(upload.state)).map((upload) => upload.name);
    const which = runs(lackingOf(names, Number(partial.dataset.episodes)));
    if (which === choice.value) return;
    const shown = partial.dataset.comma === "、" ? which : which.replaceAll("、", partial.dataset.comma).replaceAll("—", "–");
    partial.hidden = !which;
    choice.checked = false;
    choice.value = which;
    partial.querySelector("[data-lacks]").textContent = fill(partial.querySelector("[data-lacks]").dataset.lacks, { which: shown });
    partial.querySelector("[data-lacking]").textContent = which ? fill(partial.dataset.told, { all: partial.dataset.episodes, which: shown }) : "";
  };
  new MutationObserver(tell).observe(box.list, { childList: true, subtree: true, characterData: true });
  if (box.uploads.length) tell();
}
