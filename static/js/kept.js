// Texts kept on this computer until the server has them, by address and version of what was being written.

const PREFIX = "seedbank:";

export function keep(key, fields) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(fields));
  } catch {
    // a full or forbidden store must never stand in the way of writing
  }
}

// What is kept of an address, whichever version it was written from: [key, fields] of the newest, or nothing.
export function kept(address) {
  try {
    const start = `${PREFIX}${address}#`;
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(start));
    const newest = keys.sort((a, b) => Number(a.slice(start.length)) - Number(b.slice(start.length))).at(-1);
    return newest && [newest.slice(PREFIX.length), JSON.parse(localStorage.getItem(newest))];
  } catch {
    return undefined;
  }
}

// All that is kept of an address: [key, fields] of each, the oldest first where the part after # sorts by age.
export function keptAll(address) {
  try {
    const start = `${PREFIX}${address}#`;
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(start)).sort();
    return keys.map((key) => [key.slice(PREFIX.length), JSON.parse(localStorage.getItem(key))]);
  } catch {
    return [];
  }
}

export function drop(key) {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // as above
  }
}

export function forget() {
  try {
    Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
  } catch {
    // as above
  }
}
