// New rows of the reading room on their way to the server, in the order in which they were made. Each has a name of its
// own (its mark), so that a row sent once more over a bad line is made once. What was written into a row the server does
// not have yet is kept on this computer.

import { drop, keep, keptAll } from "./kept.js";
import { send } from "./session.js";
import { onTyped, said } from "./typing.js";

const AGAIN = [1000, 3000, 8000, 15000];

export class Unsent {
  // address: where rows are added; token: a field with the form's token; arrived(row, answer);
  // halted(sentence, ended): what the server said, and whether the log-in is over; it will be tried again
  constructor(address, token, arrived, halted) {
    Object.assign(this, { address, token, arrived, halted });
    this.waiting = [];
    this.failures = 0;
    window.addEventListener("online", () => this.send());
    document.addEventListener("session", () => this.send());
  }

  key(mark) {
    return `${this.address}#${mark}`;
  }

  // Rows this computer kept and the server may not have: [{mark, fields}].
  left() {
    return keptAll(this.address).map(([key, fields]) => ({ mark: key.slice(this.address.length + 1), fields: new Map(fields) }));
  }

  // place: {episode, tc_in, tc_out}
  add(row, mark, place) {
    const entry = { row, mark, place };
    this.waiting.push(entry);
    const remember = () => this.remember(entry);
    remember();
    onTyped(row, remember);
    row.addEventListener("change", remember);
    if (this.waiting.length === 1) this.send();
  }

  remember({ row, mark }) {
    if (!this.waiting.some((entry) => entry.row === row)) return; // the server has it, and it saves itself
    keep(this.key(mark), said(row.querySelector("form")).filter(([name]) => !["version", "base"].includes(name)));
  }

  async send() {
    clearTimeout(this.timer);
    if (this.sending || !this.waiting.length) return;
    this.sending = true;
    const entry = this.waiting[0];
    try {
      const made = await this.ask(entry);
      this.waiting.shift();
      this.failures = 0;
      this.arrived(entry.row, made);
      drop(this.key(entry.mark));
    } catch (problem) {
      this.halted(problem.sentence, problem.status === 401);
      this.later();
    }
    this.sending = false;
    if (!this.failures) this.send();
  }

  later() {
    this.timer = setTimeout(() => this.send(), AGAIN[Math.min(this.failures, AGAIN.length - 1)]);
    this.failures += 1;
  }

  async ask({ mark, place }) {
    const body = new URLSearchParams({ ...place, mark });
    return read(await send(this.address, this.token, { method: "POST", body, signal: AbortSignal.timeout(30000) }));
  }
}

// What an answer says; a refusal is thrown with its sentence.
export async function read(answer) {
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { sentence: told.error, status: answer.status });
  return told;
}
