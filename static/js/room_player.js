// The player of the reading room: one video element, the file of the episode at hand, frames, in and out points.

import { clockFrom, codeOf } from "./room_timecode.js";

const SPEEDS = [1, 1.5, 2, 0.5];
const SVG = "http://www.w3.org/2000/svg";

export class Player {
  constructor(room, words) {
    this.room = room;
    this.words = words;
    this.video = document.getElementById("video");
    this.links = [...room.querySelectorAll("[data-episode]")];
    this.points = {};
    this.take(this.links.find((link) => link.classList.contains("on")) || this.links[0]);
    this.links.forEach((link) => link.addEventListener("click", (event) => {
      if (!link.dataset.src || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.open(link);
    }));
    for (const name of ["timeupdate", "seeked", "loadedmetadata", "play", "pause"]) this.video.addEventListener(name, () => this.draw());
    room.querySelector("[data-speed]").addEventListener("click", (event) => this.speed(event.currentTarget));
    room.querySelector("[data-mute]").addEventListener("click", (event) => this.mute(event.currentTarget));
    room.querySelector("[data-full]").addEventListener("click", () => this.full());
    this.video.controls = false; // the browser's own would cover the burnt-in timecode
    this.video.addEventListener("click", () => this.toggle());
    document.addEventListener("fullscreenchange", () => { this.video.controls = document.fullscreenElement === this.video; });
    room.querySelector("[data-track]").addEventListener("click", (event) => this.seekAt(event));
    this.ticking = () => { this.draw(); if (!this.video.paused) requestAnimationFrame(this.ticking); };
    this.video.addEventListener("play", () => requestAnimationFrame(this.ticking));
    this.draw();
  }

  get frame() {
    const frame = Math.floor(this.video.currentTime * this.clock.rate + 0.01);
    return Math.max(0, this.clock.frames ? Math.min(frame, this.clock.frames - 1) : frame);
  }

  get length() {
    return this.clock.frames || Math.round((this.video.duration || 0) * this.clock.rate);
  }

  clockOf(episode) {
    const link = this.links.find((one) => one.dataset.episode === String(episode).trim() && one.dataset.src);
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

  open(link, seconds = null) {
    if (!link.dataset.src) return;
    const same = this.video.getAttribute("src") === link.dataset.src;
    this.take(link);
    this.points = {};
    if (same) {
      if (seconds !== null) this.video.currentTime = seconds;
    } else {
      if (seconds !== null) this.video.addEventListener("loadedmetadata", () => { this.video.currentTime = seconds; }, { once: true });
      this.video.src = link.dataset.src;
    }
    this.room.querySelector("[data-add-row] [name=episode]").value = this.episode;
    this.redraw();
  }

  neighbour(by) {
    const at = this.links.indexOf(this.link) + by;
    if (this.links[at]) this.open(this.links[at]);
  }

  jump(episode, seconds, until) {
    const link = this.links.find((one) => one.dataset.episode === episode) || this.link;
    this.video.pause();
    this.open(link, seconds);
    this.points = { in: Math.floor(seconds * this.clock.rate), out: Number.isFinite(until) && until ? Math.floor(until * this.clock.rate) : undefined };
    this.redraw();
  }

  toggle() {
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  skip(seconds) {
    this.video.currentTime = Math.max(0, this.video.currentTime + seconds);
  }

  // The middle of the next frame's time, so that rounding never shows its neighbour.
  step(by) {
    this.video.pause();
    this.video.currentTime = (Math.max(0, this.frame + by) + 0.5) / this.clock.rate;
  }

  point(name) {
    this.points[name] = this.frame;
    if (name === "in" && this.points.out < this.points.in) delete this.points.out;
    this.redraw();
  }

  // What a new row begins with: the points that were set, else the frame in sight.
  span() {
    const code = (frame) => (frame === undefined ? "" : codeOf(frame, this.clock));
    return { tc_in: code(this.points.in ?? this.frame), tc_out: code(this.points.out) };
  }

  clearSpan() {
    this.points = {};
    this.redraw();
  }

  playSpan() {
    const { in: first, out } = this.points;
    if (first === undefined) return;
    this.video.currentTime = (first + 0.5) / this.clock.rate;
    this.video.play().catch(() => {});
    clearInterval(this.stopper);
    if (out !== undefined) this.stopper = setInterval(() => { if (this.frame >= out) { this.video.pause(); clearInterval(this.stopper); } }, 20);
  }

  speed(button) {
    this.video.playbackRate = SPEEDS[(SPEEDS.indexOf(this.video.playbackRate) + 1) % SPEEDS.length];
    button.textContent = `${this.video.playbackRate.toFixed(1)}×`;
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

  seekAt(event) {
    const box = event.currentTarget.getBoundingClientRect();
    this.video.currentTime = ((event.clientX - box.left) / box.width) * (this.video.duration || 0);
  }

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
    const parts = [rect("base", 0, 12, 1000, 12)];
    const { in: first, out } = this.points;
    if (first !== undefined) parts.push(rect("span", this.x(first), 8, Math.max(3, this.x(out ?? first) - this.x(first)), 20));
    for (const row of this.rows || []) {
      if (row.dataset.rowEpisode !== this.episode || !row.dataset.seconds) continue;
      const must = row.querySelector("[name=severity]:checked")?.value === "must";
      parts.push(rect(must ? "must" : "may", this.x(Number(row.dataset.seconds) * this.clock.rate), 10, 8, 16));
    }
    this.head = rect("headmark", this.x(this.frame), 2, 2, 32);
    const svg = document.createElementNS(SVG, "svg");
    for (const [key, value] of [["viewBox", "0 0 1000 36"], ["preserveAspectRatio", "none"], ["height", "36"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
    svg.append(...parts, this.head);
    this.room.querySelector("[data-track]").replaceChildren(svg);
  }
}

function rect(name, x, y, width, height) {
  const made = document.createElementNS(SVG, "rect");
  for (const [key, value] of Object.entries({ class: name, x, y, width, height })) made.setAttribute(key, String(value));
  return made;
}
