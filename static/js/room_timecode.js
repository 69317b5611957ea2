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

// The frame a typed code names, or null when it is none of this file.
export function frameAt(text, clock) {
  const found = /^(\d{1,2})[:：](\d{1,2})[:：](\d{1,2})[:：;；](\d{1,3})$/.exec((text || "").trim());
  if (!found) return null;
  const [hours, minutes, seconds, part] = found.slice(1).map(Number);
  if (minutes > 59 || seconds > 59 || part >= clock.nominal) return null;
  let number = (hours * 3600 + minutes * 60 + seconds) * clock.nominal + part;
  if (clock.drop) {
    const all = hours * 60 + minutes;
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
