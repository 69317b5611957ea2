// Files of a form go up in pieces of at most 4 MB and go on where they stopped, a few at a time. The list shows what is
// on its way and what the server has from an earlier visit; the number of a finished file goes into a hidden field, and
// the plain file field is emptied so that nothing is sent twice. A form that saves itself says in the event "told" which
// files it attached and what it refuses.

import { watchEpisodes } from "./episodes.js";
import { Upload, fill } from "./upload_file.js";

const AT_ONCE = 3;
const boxes = [];

class Box {
  constructor(element) {
    this.element = element;
    this.words = JSON.parse(element.dataset.words);
    ({ name: this.name, place: this.place, purpose: this.purpose, upload: this.url } = element.dataset);
    this.most = Number(element.dataset.most);
    this.field = element.querySelector("input[type=file]");
    this.list = element.querySelector("[data-upload-list]");
    this.uploads = [];
    this.holding = false; // a button was pressed while files were on their way
    this.field.addEventListener("change", () => this.take());
    this.list.querySelectorAll("li[data-token]").forEach((row) => this.adopt(row));
  }

  // What was sent on an earlier visit.
  adopt(row) {
    const finished = row.dataset.state === "finished";
    const upload = new Upload(this, { row });
    this.uploads.push(upload);
    if (finished) upload.done();
    else upload.show("kept");
  }

  take() {
    const files = [...this.field.files];
    this.field.value = "";
    this.alarm("");
    if (!this.field.multiple && files.length) [...this.uploads].filter((one) => !one.continues(files[0])).forEach((one) => one.remove());
    files.forEach((file) => this.add(file));
  }

  add(file) {
    const known = this.uploads.find((upload) => upload.continues(file));
    if (known) return known.takeUp(file);
    if (this.uploads.some((one) => (one.underWay || one.state === "done") && one.isOf(file))) return this.alarm(fill(this.words.known, { name: file.name }));
    this.uploads.filter((one) => one.name === file.name && this.givesWay(one)).forEach((one) => one.remove());
    const upload = new Upload(this, { file });
    this.uploads.push(upload);
    this.list.append(upload.row);
    const refusal = this.refusal(file);
    if (refusal) return upload.show("unfit", fill(refusal, { name: file.name, most: this.element.dataset.mostSaid }));
    return this.queue(upload);
  }

  // To a file chosen later under the same name: one that is not whole, and of a cut any, for its name is its episode.
  givesWay(upload) {
    return this.purpose === "cut" || (!upload.underWay && upload.state !== "done");
  }

  refusal(file) {
    if (!file.size) return this.words.empty;
    return this.most && file.size > this.most ? this.words.tooBig : "";
  }

  queue(upload) {
    upload.show("waiting");
    this.start();
  }

  start() {
    const all = boxes.flatMap((box) => box.uploads);
    const going = all.filter((upload) => ["going", "checking"].includes(upload.state)).length;
    all.filter((upload) => upload.state === "waiting").slice(0, Math.max(0, AT_ONCE - going)).forEach((upload) => upload.go());
    boxes.forEach((box) => box.release());
  }

  choose() {
    this.field.click();
  }

  dropped(upload) {
    this.uploads = this.uploads.filter((other) => other !== upload);
    upload.row.remove();
    this.alarm("");
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
    this.field.focus();
    this.start();
  }

  alarm(text) {
    const line = this.element.querySelector("[data-upload-alert]");
    line.hidden = !text;
    line.querySelector("span").textContent = text;
  }

  // What a form that saves itself made of the files it was given. A refusal stays until the person removes the file.
  told({ taken = [], errors = {}, sent = [] }) {
    const given = new Set(sent.filter(([name]) => name === `${this.name}_id`).map(([, value]) => value));
    for (const upload of [...this.uploads].filter((one) => one.state === "done" && given.has(one.id))) {
      if (taken.includes(upload.id)) {
        this.uploads = this.uploads.filter((other) => other !== upload);
        upload.leave();
      } else if (errors[this.name]) {
        upload.refuse(errors[this.name]);
      }
    }
  }

  // A file has come: what was wrong with the field before is asked anew with the next press.
  mended() {
    const sentence = document.getElementById(`${this.name}-error`);
    if (!sentence || !this.element.contains(sentence)) return;
    sentence.remove();
    this.element.classList.remove("bad");
    this.field.removeAttribute("aria-describedby");
  }

  // A form with files on their way waits for them.
  holdsUp() {
    const under = this.uploads.filter((upload) => upload.underWay);
    this.holding = under.length > 0;
    this.alarm(under.length ? fill(this.words.wait, { n: under.length }) : "");
    if (under.length) this.element.querySelector("[data-upload-alert]").scrollIntoView({ block: "center" });
    return this.holding;
  }

  // Whoever pressed while files were on their way is told how many are left, and when they can press again.
  release() {
    if (!this.holding) return;
    const left = this.uploads.filter((upload) => upload.underWay || upload.state === "broken").length;
    if (left) return this.alarm(fill(this.words.wait, { n: left }));
    this.holding = false;
    const elsewhere = boxesIn(this.element.closest("form")).some((box) => box.holding);
    const whole = this.uploads.length && this.uploads.every((upload) => upload.state === "done");
    this.alarm(whole && !elsewhere ? this.words.ready : "");
  }
}

document.querySelectorAll("[data-upload]").forEach((element) => boxes.push(new Box(element)));
boxes.filter((box) => box.field.files.length).forEach((box) => box.take()); // chosen before this script was there

boxes.forEach(watchEpisodes);

const boxesIn = (form) => boxes.filter((box) => form.contains(box.element));

document.addEventListener("submit", (event) => {
  if (!boxesIn(event.target).map((box) => box.holdsUp()).includes(true)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("told", (event) => boxesIn(event.target).forEach((box) => box.told(event.detail)));
window.addEventListener("online", () => boxes.flatMap((box) => box.uploads).forEach((upload) => upload.retry()));
