// Files go up in pieces of at most 4 MB and go on where they stopped. Addresses, below [data-upload]:
//   POST ""  {name, size, purpose} → {id, offset}     PATCH /<id> with Upload-Offset → {offset}
//   HEAD /<id> → Upload-Offset               POST /<id>/finish → {file_id, name, size, sha256, media_type}
// The finished file's number goes into a hidden field; the plain file field is emptied so that nothing is sent twice.

const PIECE = 4 * 1024 * 1024;

class Upload {
  constructor(box, file) {
    this.box = box;
    this.file = file;
    this.sent = 0;
    this.row = this.draw();
    this.go();
  }

  words(name, values = {}) {
    let text = this.box.dataset[name] || "";
    for (const [key, value] of Object.entries(values)) text = text.replace(`{${key}}`, value);
    return text;
  }

  draw() {
    const row = document.createElement("li");
    const name = Object.assign(document.createElement("span"), { textContent: this.file.name });
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-quiet" });
    this.button.addEventListener("click", () => this.press());
    this.bar = bar();
    this.line = Object.assign(document.createElement("span"), { className: "state-line" });
    row.append(name, this.button, this.bar, this.line);
    this.box.querySelector("[data-upload-list]").append(row);
    return row;
  }

  async go() {
    this.state = "going";
    this.row.dataset.uploadGoing = "yes";
    this.button.textContent = this.words("stop");
    this.row.querySelector("input")?.remove();
    try {
      await this.begin();
      this.started = Date.now();
      this.from = this.sent;
      while (this.sent < this.file.size && this.state === "going") await this.piece();
      if (this.state === "going") this.end(await this.ask("POST", `/${this.id}/finish`));
    } catch (problem) {
      this.halt(problem);
    }
  }

  async begin() {
    if (this.id) {
      const answer = await fetch(`${this.box.dataset.upload}/${this.id}`, { method: "HEAD" });
      this.sent = Number(answer.headers.get("Upload-Offset") || 0);
      return;
    }
    const told = await this.ask("POST", "", JSON.stringify({ name: this.file.name, size: this.file.size, purpose: this.box.dataset.purpose }), { "Content-Type": "application/json" });
    this.id = told.id;
    this.sent = told.offset;
  }

  async piece() {
    const part = this.file.slice(this.sent, this.sent + PIECE);
    const headers = { "Upload-Offset": String(this.sent), "Content-Type": "application/octet-stream" };
    this.sent = (await this.ask("PATCH", `/${this.id}`, part, headers)).offset;
    this.progress();
  }

  async ask(method, path, body, headers = {}) {
    this.stopper = new AbortController();
    const token = this.box.closest("form").elements.csrf_token.value;
    const answer = await fetch(this.box.dataset.upload + path, {
      method, body, signal: this.stopper.signal,
      headers: { Accept: "application/json", "X-Requested-With": "fetch", "X-CSRFToken": token, ...headers },
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 409 && told.offset !== undefined) return told; // go on from what the server has
    if (!answer.ok) throw Object.assign(new Error(told.error || answer.statusText), { told: true, last: [413, 422].includes(answer.status) });
    return told;
  }

  progress() {
    const share = this.sent / (this.file.size || 1);
    const speed = (this.sent - this.from) / Math.max(1, Date.now() - this.started);
    this.bar.lastChild.setAttribute("width", (100 * share).toFixed(1));
    const seconds = Math.ceil((this.file.size - this.sent) / Math.max(speed, 1e-6) / 1000);
    this.line.textContent = this.words("going", { percent: Math.floor(100 * share), seconds });
  }

  halt(problem) {
    if (this.state === "removed") return;
    this.state = problem.last ? "unfit" : "halted";
    if (problem.last) delete this.row.dataset.uploadGoing;
    this.row.querySelector("input")?.remove();
    this.row.append(lost(this.box, this.file));
    this.button.textContent = this.words(problem.last ? "remove" : "resume");
    this.line.textContent = problem.told ? this.words("refused", { reason: problem.message }) : this.words("broken");
    this.line.className = "state-line lk";
  }

  end(told) {
    this.state = "done";
    delete this.row.dataset.uploadGoing;
    this.bar.lastChild.setAttribute("width", "100");
    this.bar.lastChild.setAttribute("class", "c-green");
    this.line.className = "state-line okk";
    this.line.textContent = this.words("done");
    this.button.textContent = this.words("remove");
    this.row.append(Object.assign(document.createElement("input"), { type: "hidden", name: this.box.dataset.name, value: told.file_id }));
    this.row.dispatchEvent(new Event("change", { bubbles: true }));
  }

  press() {
    if (this.state === "halted") {
      this.line.className = "state-line";
      this.go();
    } else {
      const done = ["done", "unfit"].includes(this.state);
      this.state = done ? "removed" : "halted";
      this.stopper?.abort();
      if (done) this.remove();
    }
  }

  remove() {
    const form = this.box.closest("form");
    if (this.id) this.ask("DELETE", `/${this.id}`).catch(() => {}); // what is left over is swept up later
    this.row.remove();
    form?.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function bar() {
  const make = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const svg = make("svg");
  for (const [key, value] of [["class", "bar"], ["viewBox", "0 0 100 6"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) {
    svg.setAttribute(key, value);
  }
  for (const [cls, width] of [["c-soft", "100"], ["c-blue", "0"]]) {
    const rect = make("rect");
    rect.setAttribute("class", cls);
    rect.setAttribute("width", width);
    rect.setAttribute("height", "6");
    svg.append(rect);
  }
  return svg;
}

// What did not arrive is named in the form, so that it is not sent as if nothing had been chosen.
function lost(box, file) {
  return Object.assign(document.createElement("input"), { type: "hidden", name: box.dataset.name.replace(/_id$/, "_failed"), value: file.name });
}

function tooBig(box, file) {
  const most = Number(box.dataset.most || 0);
  return most && file.size > most;
}

function take(box, field) {
  const files = [...field.files];
  if (!field.multiple) box.querySelectorAll("[data-upload-list] li").forEach((row) => row.remove());
  for (const file of files) {
    if (!tooBig(box, file)) {
      new Upload(box, file);
      continue;
    }
    const words = box.dataset.tooBig.replace("{most}", `${Math.round(box.dataset.most / 1048576).toLocaleString("en")} MB`);
    const row = Object.assign(document.createElement("li"), { className: "lk", textContent: `${file.name}：${words}` });
    row.append(lost(box, file));
    box.querySelector("[data-upload-list]").append(row);
  }
  field.value = "";
}

document.querySelectorAll("[data-upload]").forEach((box) => {
  const field = box.querySelector("input[type=file]");
  field.addEventListener("change", () => take(box, field));
});
