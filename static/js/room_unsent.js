// New rows of the reading room on their way to the server, in the order in which they were made. Each has a name of its
// own (its mark), so that a row sent once more over a bad line is made once. What was written into a row the server does
// not have yet is kept on this computer.

import { drop, keep, keptAll } from "./kept.js";
import { send } from "./session.js";
import { said } from "./typing.js";

const AGAIN = [1000, 3000, 8000, 15000];

export class Unsent {
  // address: where rows are added; token(): the form's field; arrived(row, answer); halted(sentence): it will be tried again
  constructor(address, token, arrived, halted) {
    Object.assign(this, { address, token, arrived, halted });
    this.waiting = [];
    this.failures = 0;
    window.addEventListener("online", () => this.send());
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
    this.waiting.push({ row, mark, place });
    this.remember(row, mark);
    row.addEventListener("input", this);
    row.addEventListener("change", this);
    if (this.waiting.length === 1) this.send();
  }

  handleEvent(event) {
    const entry = this.waiting.find(({ row }) => row === event.currentTarget);
    if (entry) this.remember(entry.row, entry.mark);
  }

  remember(row, mark) {
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
      entry.row.removeEventListener("input", this);
      entry.row.removeEventListener("change", this);
      this.arrived(entry.row, made);
      drop(this.key(entry.mark));
    } catch (problem) {
      this.halted(problem.sentence);
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
    const answer = await send(this.address, this.token(), {
      method: "POST", body: new URLSearchParams({ ...place, mark }), signal: AbortSignal.timeout(30000),
    });
    const told = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(answer.statusText), { sentence: told.error });
    return told;
  }
}
