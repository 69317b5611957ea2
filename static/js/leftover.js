// Words that are kept on this computer for a form that is no more (its row was taken apart, it was handed in from another
// window): [data-leftover] is a list of beginnings of addresses, [data-there] of the addresses whose forms are still there.

import { drop, keptBelow } from "./kept.js";
import { differing } from "./typing.js";

const box = document.querySelector("[data-leftover]");
const there = JSON.parse(box.dataset.there);
const model = box.querySelector("template").content;

// What of a copy was written: not what the page had put in, nor codes.
function words({ fields, base }) {
  const changed = differing(fields, base);
  return fields.filter(([name, value]) => changed.includes(name) && /[^\x20-\x7e]|\s/.test(value.trim())).map(([, value]) => value.trim());
}

for (const start of JSON.parse(box.dataset.leftover)) {
  for (const copy of keptBelow(start)) {
    const texts = words(copy);
    if (there.includes(copy.address) || !texts.length) continue;
    const item = model.cloneNode(true).firstElementChild;
    item.querySelector("textarea").value = texts.join("\n\n");
    item.querySelector("button").addEventListener("click", () => {
      drop(copy.key);
      item.remove();
      box.hidden = !box.querySelector("[data-leftover-item]");
      (box.hidden ? document.getElementById("main") : box.querySelector("button")).focus();
    });
    box.append(item);
    box.hidden = false;
  }
}
