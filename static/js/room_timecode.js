// Timecodes HH:MM:SS:FF and frames, as workflows/timecode.py counts them. A clock is {rate, nominal, start, drop, frames}.

export function clockFrom(data) {
  const rate = Number(data.num || 25) / Number(data.den || 1);
  return { rate, nominal: Math.max(1, Math.round(rate)), start: Number(data.start || 0), drop: Boolean(data.drop), frames: Number(data.frames) || null };
}

const two = (number) => String(number).padStart(2, "0");

export function codeOf(frame, clock) {
  let number = frame + clock.start;
  if (clock.drop) number = withDropped(number, clock.nominal);
  const seconds = Math.floor(number / clock.nominal) % 86400;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
  return `${parts}${clock.drop ? ";" : ":"}${two(number % clock.nominal)}`;
}

const LONG = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[:;](\d{1,3}))?$/;
const DIGITS = /^(\d\d)(\d\d)(\d\d)(\d\d)?$/;
const SHORT = /^(\d{1,3}):(\d{1,2})$/;

// Hours, minutes, seconds and, where they were typed, frames: 00:03:10:05, 00:03:10, 3:10, 00031005, in full width too.
function partsOf(text) {
  const plain = (text || "").normalize("NFKC").replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\s]/g, "").replace(/[∶︰﹕꞉]/g, ":");
  const short = SHORT.exec(plain);
  if (short) return [Math.floor(Number(short[1]) / 60), Number(short[1]) % 60, Number(short[2]), undefined];
  const found = LONG.exec(plain) || DIGITS.exec(plain);
  return found && found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
}

// The frame a typed code names, or null when it is none of this file. Without frames it is the first of that second.
export function frameAt(text, clock) {
  const found = partsOf(text);
  if (!found) return null;
  const [hours, minutes, seconds, typed] = found;
  const part = typed ?? (clock.drop && seconds === 0 && minutes % 10 ? clock.nominal / 15 : 0);
  if (hours > 23 || minutes > 59 || seconds > 59 || part >= clock.nominal) return null;
  let number = (hours * 3600 + minutes * 60 + seconds) * clock.nominal + part;
  if (clock.drop) {
    const all = hours * 60 + minutes;
    if (all % 10 && seconds === 0 && part < clock.nominal / 15) return null; // this number is left out
    number -= (clock.nominal / 15) * (all - Math.floor(all / 10));
  }
  const frame = number - clock.start;
  return frame >= 0 && (!clock.frames || frame < clock.frames) ? frame : null;
}

function withDropped(frame, nominal) {
  const left = nominal / 15;
  const tenMinutes = nominal * 600 - 9 * left;
  const tens = Math.floor(frame / tenMinutes);
  const rest = frame % tenMinutes;
  const minutes = Math.max(0, Math.floor((rest - left) / (nominal * 60 - left)));
  return frame + tens * 9 * left + minutes * left;
}
