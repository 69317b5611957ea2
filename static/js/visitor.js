// What a visitor types into a form[data-visitor] is kept in this tab until somebody is logged in or the tab is closed: a
// visitor has no drafts, and a page loaded anew, left and come back to, or turned into the other language stands empty.
// Passwords are kept nowhere.

import { VISITOR } from "./kept.js";
import { drawn, onTyped, put, said, same } from "./typing.js";

function secret(form, name) {
  return [...form.elements].some((control) => control.name === name && control.type === "password");
}

function open(pairs, form) {
  return pairs.filter(([name]) => !secret(form, name));
}

for (const form of document.querySelectorAll("form[data-visitor]")) {
  const key = VISITOR + location.pathname;
  const keep = () => {
    try {
      sessionStorage.setItem(key, JSON.stringify(open(said(form), form)));
    } catch {
      // a full or forbidden store must not stand in the way of writing
    }
  };
  let before = null;
  try {
    before = JSON.parse(sessionStorage.getItem(key));
  } catch {
    // nothing of ours
  }
  const untouched = same(open(said(form), form), open(drawn(form), form));
  if (document.body.dataset.posted) keep(); // the page shows what was typed
  else if (before && untouched && !same(before, open(said(form), form))) {
    new Set(before.map(([name]) => name)).forEach((name) => {
      put(form, name, before.filter(([other]) => other === name).map(([, value]) => value));
    });
  }
  onTyped(form, keep);
  form.addEventListener("change", keep);
}
