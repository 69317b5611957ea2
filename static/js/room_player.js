// The player of the reading room and of a cut's page: one video element, the file of the episode at hand, frames, and in
// the room in and out points.

import { clockFrom, codeOf } from "./room_timecode.js";

const SPEEDS = [1, 1.5, 2, 0.5];
const SVG = "http://www.w3.org/2000/svg";

export class Player {
  constructor(room, words) {
    this.room = room;
    this.words = words;
    this.video = document.getElementById("video");
    this.links = [...room.querySelectorAll("[data-episode][data-src]")];
    this.marked = {}; // in and out points set for the next row: frames of the episode at hand
    this.goal = null; // where to stand, in seconds, until the file says how long it is
    this.rows = [];
    this.around = () => ({}); // {in, out}: the span of the row that is open, asked when it is needed
    this.opened = () => {}; // told of the link of the episode at hand when it is opened
    this.take(this.links.find((link) => link.classList.contains("on")) || this.links[0]);
    this.listen();
    this.video.controls = false; // the browser's own would cover the burnt-in timecode
    this.draw();
  }

  listen() {
    const { room, video } = this;
    this.links.forEach((link) => link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.open(link);
    }));
    video.addEventListener("loadedmetadata", () => this.arrive());
    for (const name of ["timeupdate", "seeked", "play", "pause"]) video.addEventListener(name, () => this.draw());
    video.addEventListener("click", () => this.toggle());
    video.addEventListener("play", () => requestAnimationFrame(this.ticking));
    this.ticking = () => {
      this.draw();
      if (!video.paused) requestAnimationFrame(this.ticking);
    };
    document.addEventListener("fullscreenchange", () => { video.controls = document.fullscreenElement === video; });
    room.querySelector("[data-speed]").addEventListener("click", (event) => this.speed(event.currentTarget));
    room.querySelector("[data-mute]").addEventListener("click", (event) => this.mute(event.currentTarget));
    room.querySelector("[data-full]").addEventListener("click", () => this.full());
    room.querySelector("[data-track]").addEventListener("click", (event) => this.seekAt(event));
  }

  // ---- where the player stands ----

  get time() {
    return this.goal ?? this.video.currentTime;
  }

  get frame() {
    const frame = Math.floor(this.time * this.clock.rate + 0.01);
    return Math.max(0, this.clock.frames ? Math.min(frame, this.clock.frames - 1) : frame);
  }

  get length() {
    return this.clock.frames || Math.round((this.video.duration || 0) * this.clock.rate);
  }

  // Whoever moves the player ends "play this span".
  seek(seconds) {
    clearInterval(this.stopper);
    const time = Math.max(0, seconds);
    if (this.video.readyState < HTMLMediaElement.HAVE_METADATA) this.goal = time;
    else this.video.currentTime = time;
    this.draw();
  }

  arrive() {
    if (this.goal !== null) this.video.currentTime = this.goal;
    this.goal = null;
    this.draw();
  }

  // The middle of the frame's time, so that rounding never shows its neighbour.
  stand(frame) {
    this.seek((Math.max(0, frame) + 0.5) / this.clock.rate);
  }

  toggle() {
    clearInterval(this.stopper);
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  // Stops where it stands: whoever writes about a frame keeps it in sight.
  pause() {
    clearInterval(this.stopper);
    if (this.video.paused) return;
    const { frame } = this;
    this.video.pause();
    this.stand(frame);
  }

  skip(seconds) {
    this.seek(this.time + seconds);
  }

  step(by) {
    this.video.pause();
    this.stand(this.frame + by);
  }

  seekAt(event) {
    const box = event.currentTarget.getBoundingClientRect();
    this.seek(((event.clientX - box.left) / box.width) * (this.video.duration || 0));
  }

  // ---- episodes ----

  linkOf(episode) {
    return this.links.find((link) => link.dataset.episode === String(episode).trim());
  }

  clockOf(episode) {
    const link = this.linkOf(episode);
    return link ? clockFrom(link.dataset) : this.clock;
  }

  take(link) {
    this.link = link;
    this.episode = link.dataset.episode;
    this.clock = clockFrom(link.dataset);
    this.links.forEach((other) => {
      other.classList.toggle("on", other === link);
      if (other === link) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    });
  }

  // Points are frames of one episode: with another they are gone.
  open(link, seconds = null) {
    const same = this.video.getAttribute("src").split("#")[0] === link.dataset.src;
    if (link !== this.link) this.marked = {};
    this.take(link);
    const next = this.room.querySelector("[data-add-row] [name=episode]");
    if (next) next.value = this.episode;
    if (!same) {
      this.goal = 0;
      this.video.src = link.dataset.src;
    }
    if (seconds !== null) this.seek(seconds);
    this.redraw();
    this.opened(link);
  }

  neighbour(by) {
    const at = this.links.indexOf(this.link) + by;
    if (this.links[at]) this.open(this.links[at]);
  }

  // A row of an episode that has no file leads nowhere; one of the whole title stays in the file at hand.
  jump(episode, seconds) {
    const link = episode ? this.linkOf(episode) : this.link;
    if (!link) return;
    this.video.pause();
    this.open(link, seconds);
  }

  // ---- in and out points ----

  point(name) {
    this.marked[name] = this.frame;
    if (this.marked.out < this.marked.in) delete this.marked[name === "in" ? "out" : "in"];
    this.redraw();
  }

  // What the next row begins with: the points that were set, else the frame in sight.
  get span() {
    const { in: first, out } = this.marked;
    const begin = first ?? this.frame;
    return { in: begin, out: out >= begin ? out : undefined };
  }

  forget() {
    this.marked = {};
    this.redraw();
  }

  playSpan() {
    const { in: first, out } = this.marked.in === undefined ? this.around() : this.marked;
    if (first === undefined) return;
    this.stand(first);
    this.video.play().catch(() => {});
    if (out === undefined) return;
    this.stopper = setInterval(() => {
      if (this.frame < out) return;
      this.video.pause();
      this.stand(out);
    }, 20);
  }

  // ---- how it plays ----

  // The speed is kept from one episode to the next.
  speed(button) {
    const next = SPEEDS[(SPEEDS.indexOf(this.video.playbackRate) + 1) % SPEEDS.length];
    this.video.defaultPlaybackRate = next;
    this.video.playbackRate = next;
    button.textContent = `${next.toFixed(1)}×`;
  }

  mute(button) {
    this.video.muted = !this.video.muted;
    button.classList.toggle("on", this.video.muted);
    button.setAttribute("aria-pressed", String(this.video.muted));
  }

  full() {
    if (this.video.requestFullscreen) this.video.requestFullscreen();
    else this.video.webkitEnterFullscreen?.();
  }

  // ---- what is seen of it ----

  draw() {
    this.room.querySelector("[data-now]").textContent = codeOf(this.frame, this.clock);
    this.room.querySelector("[data-total]").textContent = this.length ? `/ ${codeOf(this.length - 1, this.clock)}` : "";
    this.room.querySelector("[data-play]").textContent = this.video.paused ? this.words.play : this.words.pause;
    this.head?.setAttribute("x", String(this.x(this.frame)));
    if (this.drawn !== this.length) this.redraw();
  }

  x(frame) {
    return Math.min(998, (1000 * frame) / Math.max(1, this.length));
  }

  mark(rows) {
    this.rows = rows;
    this.redraw();
  }

  redraw() {
    this.drawn = this.length;
    this.tell();
    const parts = [rect("base", 0, 12, 1000, 12)];
    const { in: first, out } = this.marked.in === undefined ? this.around() : this.marked;
    if (first !== undefined) parts.push(rect("span", this.x(first), 8, Math.max(3, this.x(out ?? first) - this.x(first)), 20));
    for (const row of this.rows) {
      if (row.dataset.rowEpisode !== this.episode || !row.dataset.seconds) continue;
      const must = (row.dataset.severity ?? row.querySelector("[name=severity]:checked")?.value) === "must";
      parts.push(rect(must ? "must" : "may", this.x(Number(row.dataset.seconds) * this.clock.rate), 10, 8, 16));
    }
    this.head = rect("headmark", this.x(this.frame), 2, 2, 32);
    const svg = document.createElementNS(SVG, "svg");
    for (const [key, value] of [["viewBox", "0 0 1000 36"], ["preserveAspectRatio", "none"], ["height", "36"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
    svg.append(...parts, this.head);
    this.room.querySelector("[data-track]").replaceChildren(svg);
  }

  // The points that were set are in sight until the next row takes them.
  tell() {
    const line = this.room.querySelector("[data-marked]");
    if (!line) return;
    const code = (frame) => (frame === undefined ? "…" : codeOf(frame, this.clock));
    const { in: first, out } = this.marked;
    line.hidden = first === undefined && out === undefined;
    this.room.querySelector("[data-marked-span]").textContent = `${code(first)}—${code(out)}`;
  }
}

function rect(name, x, y, width, height) {
  const made = document.createElementNS(SVG, "rect");
  for (const [key, value] of Object.entries({ class: name, x, y, width, height })) made.setAttribute(key, String(value));
  return made;
}
