// Texts kept on this computer until the server has them: by person, address and opening of the page, so that two windows,
// two people and a page opened again never write over each other's.
//
// Kept is {at, tab, fields, base, why}: when, in which tab, what the form said, what it had been drawn with, and "ended"
// where the log-in was over, "sent" where the form was sent and nothing was heard of it.

export const CAME = "seedbank-person"; // written by each page of somebody's: other windows hear who is logged in now

const PREFIX = "seedbank:";
export const VISITOR = "seedbank-visitor:"; // what was typed before anybody was logged in (visitor.js)
const LASTS = 14 * 24 * 3600 * 1000;
const MINE = `${PREFIX}${document.body.dataset.person || ""}:`;
const opening = chance();
const tab = ofTab();

function chance() {
  return `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
}

// The same for as long as this tab is open, whatever page it shows.
function ofTab() {
  try {
    if (!sessionStorage.getItem("seedbank-tab")) sessionStorage.setItem("seedbank-tab", chance());
    return sessionStorage.getItem("seedbank-tab");
  } catch {
    return "";
  }
}

function keys(start) {
  return Object.keys(localStorage).filter((key) => key.startsWith(start));
}

// The key under which this opening of the page keeps what is written for an address. A form is sent with it, and the page
// that follows repeats it when the server took the form: then nothing is kept any more.
export function keyOf(address) {
  return `${address}#${opening}`;
}

// Whether it could be kept: a full or forbidden store must not stand in the way of writing, and must be told. `what` are
// fields, or an object as above.
export function keep(key, what) {
  const copy = Array.isArray(what) ? { fields: what } : what;
  try {
    localStorage.setItem(MINE + key, JSON.stringify({ at: Date.now(), tab, base: [], why: "", ...copy }));
    return true;
  } catch {
    return false;
  }
}

// All that is kept of an address but by this opening of its page, the newest first; each with its key.
export function kept(address) {
  try {
    return keys(`${MINE}${address}#`)
      .map((key) => ({ key: key.slice(MINE.length), ...JSON.parse(localStorage.getItem(key)) }))
      .map((copy) => ({ ...copy, elsewhere: copy.tab !== tab }))
      .filter((copy) => copy.key !== keyOf(address))
      .sort((one, other) => other.at - one.at);
  } catch {
    return [];
  }
}

// The same of all addresses that begin so, whatever page shows them; `address` is the one each was kept for.
export function keptBelow(start) {
  try {
    return keys(MINE + start)
      .map((key) => ({ key: key.slice(MINE.length), ...JSON.parse(localStorage.getItem(key)) }))
      .map((copy) => ({ ...copy, address: copy.key.slice(0, copy.key.lastIndexOf("#")) }))
      .sort((one, other) => other.at - one.at);
  } catch {
    return [];
  }
}

// The same for texts that are kept by marks of their own: [key, fields] of each, in the order of the marks.
export function keptAll(address) {
  return kept(address).map(({ key, fields }) => [key, fields]).sort();
}

export function drop(key) {
  try {
    localStorage.removeItem(MINE + key);
  } catch {
    // as above
  }
}

// Whether anything of this person is kept here that the server may not have.
export function keepsAny() {
  try {
    return keys(MINE).length > 0;
  } catch {
    return false;
  }
}

// At log-out: what this person left here. Others' stays for them.
export function forget() {
  try {
    keys(MINE).forEach((key) => localStorage.removeItem(key));
  } catch {
    // as above
  }
}

function sweep() {
  for (const key of keys(PREFIX)) {
    let at = 0;
    try {
      at = JSON.parse(localStorage.getItem(key)).at || 0;
    } catch {
      // nothing of ours
    }
    if (Date.now() - at > LASTS) localStorage.removeItem(key);
  }
}

try {
  if (document.body.dataset.person) {
    localStorage.setItem(CAME, `${document.body.dataset.person} ${Date.now()}`);
    Object.keys(sessionStorage).filter((key) => key.startsWith(VISITOR)).forEach((key) => sessionStorage.removeItem(key));
  }
  sweep();
} catch {
  // as above
}
if (document.body.dataset.taken) drop(document.body.dataset.taken);
