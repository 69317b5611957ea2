// Texts kept on this computer until the server has them, by address and version of what was being written.

const PREFIX = "seedbank:";

export function keep(key, fields) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(fields));
  } catch {
    // a full or forbidden store must never stand in the way of writing
  }
}

export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
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
