// The player: a film area and its controls. The playhead lives here, in the page, and is told to nobody.
// @ts-check
import { h } from "../face.js";

const RATE = 24; // frames a second of Kling's clips (the service's own output; practice clips follow it)
const SPEEDS = [1, 1.5, 2, 0.25, 0.5];

/** @type {Record<string, string>} drawings on a 16 x 16 ground */
const ICONS = {
  play: "M5 3.2v9.6l8-4.8z",
  pause: "M4.5 3h2.6v10H4.5zM8.9 3h2.6v10H8.9z",
  loop: "M11.5 1.5 14 4l-2.5 2.5V4.8H5.2A1.7 1.7 0 0 0 3.5 6.5v1H2v-1a3.2 3.2 0 0 1 3.2-3.2h6.3zM4.5 14.5 2 12l2.5-2.5v1.7h6.3a1.7 1.7 0 0 0 1.7-1.7v-1H14v1a3.2 3.2 0 0 1-3.2 3.2H4.5z",
  sound: "M2 6v4h2.6L8 13V3L4.6 6zM10 5.2a3.6 3.6 0 0 1 0 5.6v-1.7a2 2 0 0 0 0-2.2zM10 2.4a6.2 6.2 0 0 1 0 11.2v-1.6a4.7 4.7 0 0 0 0-8z",
  mute: "M2 6v4h2.6L8 13V3L4.6 6zM10.2 6.2l1-1 1.3 1.3 1.3-1.3 1 1-1.3 1.3 1.3 1.3-1 1-1.3-1.3-1.3 1.3-1-1 1.3-1.3z",
  full: "M2 2h4.5v1.6H3.6v2.9H2zM9.5 2H14v4.5h-1.6V3.6H9.5zM2 9.5h1.6v2.9h2.9V14H2zM12.4 9.5H14V14H9.5v-1.6h2.9z",
  save: "M7.2 1.5h1.6v6.2l2.1-2.1L12 6.7 8 10.7 4 6.7l1.1-1.1 2.1 2.1zM2.5 12.4h11V14h-11z",
};

/** @param {string} name @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name] ?? "");
  svg.append(path);
  return svg;
}

/** @param {number} seconds @returns {string} `0:03.12` */
export function clockTime(seconds) {
  const hundredths = Math.max(0, Math.floor((Number.isFinite(seconds) ? seconds : 0) * 100 + 1e-6));
  const minutes = Math.floor(hundredths / 6000);
  const rest = hundredths - minutes * 6000;
  return `${minutes}:${String(Math.floor(rest / 100)).padStart(2, "0")}.${String(rest % 100).padStart(2, "0")}`;
}

/** @param {number} seconds @returns {number} the frame shown at that time, counted from 0 */
export function frameAt(seconds) {
  return Math.max(0, Math.floor(seconds * RATE + 1e-3));
}

/** @param {number} frame @returns {number} a time within that frame, away from both its borders */
export function timeOf(frame) {
  return (Math.max(0, frame) + 0.5) / RATE;
}

/**
 * @typedef {object} Player
 * @property {HTMLElement} film
 * @property {HTMLElement} controls
 * @property {HTMLVideoElement} video
 * @property {(key: string) => boolean} press carries a key out; false where it means nothing here
 * @property {(source: { url: string, name: string, sound: boolean } | null) => void} load
 * @property {(words: string, head?: string, tone?: string) => void} tell words over the film; empty takes them away
 */

/**
 * Build a player.
 * @param {AbortSignal} signal the view's
 * @returns {Player}
 */
export function newPlayer(signal) {
  const video = h("video", { playsinline: true, preload: "metadata", tabindex: -1 });
  const head = h("strong");
  const body = h("span");
  const words = h("div", { class: "kw-film-words", role: "status" }, head, body);
  const film = h("div", { class: "kw-film" }, video, words);
  const play = button("play", "Play", "kw-play", () => void toggle());
  const at = h("span", { class: "kw-num kw-time" });
  const track = newTrack();
  const total = h("span", { class: "kw-num kw-time" });
  const frame = h("span", { class: "kw-num kw-frame" });
  const speed = h("button", { class: "kw-quiet kw-num kw-speed", type: "button", onclick: () => faster() }, "1×");
  const loop = button("loop", "Loop (l)", "kw-quiet kw-icon", () => repeat(!video.loop));
  const sound = button("sound", "Sound (m)", "kw-quiet kw-icon", () => mute(!video.muted));
  const full = button("full", "Full screen (f)", "kw-quiet kw-icon", () => void fill());
  const save = h("a", { class: "kw-quiet kw-icon", "aria-label": "Save the clip", title: "Save the clip" }, icon("save"));
  const controls = h("div", { class: "kw-controls", role: "group", "aria-label": "Player" },
    play, at, track.el, total, frame, speed, loop, sound, full, save);

  let painting = false;
  const paint = () => {
    const { currentTime, duration } = video;
    put(at, clockTime(currentTime));
    put(total, clockTime(duration));
    put(frame, `frame ${Math.min(frameAt(currentTime), Math.max(0, Math.round((duration || 0) * RATE) - 1))}`);
    track.show(currentTime, duration, video.buffered);
  };
  /** Frame by frame while it plays: the browser's own moment of each frame where it tells, else the screen's. */
  const follow = () => {
    painting = !signal.aborted && !video.paused && !video.ended;
    paint();
    if (!painting) return;
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(follow);
    else requestAnimationFrame(follow);
  };
  const toggle = async () => {
    if (!video.currentSrc) return;
    if (!video.paused) return video.pause();
    if (video.ended) video.currentTime = 0;
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) tell("The browser did not start it. Press play again.");
    }
  };
  /** @param {number} time */
  const seek = (time) => {
    if (!Number.isFinite(video.duration)) return;
    video.currentTime = Math.min(Math.max(0, time), video.duration);
    paint();
  };
  /** @param {number} by */
  const step = (by) => {
    video.pause();
    seek(timeOf(Math.min(frameAt(video.currentTime) + by, Math.round(video.duration * RATE) - 1)));
  };
  const faster = () => {
    video.playbackRate = SPEEDS[(SPEEDS.indexOf(video.playbackRate) + 1) % SPEEDS.length] ?? 1;
  };
  /** @param {boolean} on */
  const repeat = (on) => {
    video.loop = on;
    loop.setAttribute("aria-pressed", String(on));
  };
  /** @param {boolean} on */
  const mute = (on) => {
    if (!sound.disabled) video.muted = on;
  };
  const fill = async () => {
    const card = film.parentElement;
    if (document.fullscreenElement) return document.exitFullscreen();
    await card?.requestFullscreen?.().catch(() => tell("This page may not fill the screen."));
  };
  /** @param {string} text @param {string} [above] @param {string} [tone] one of a row's */
  const tell = (text, above = "", tone = "run") => {
    put(head, above);
    put(body, text);
    words.dataset.tone = tone;
    film.classList.toggle("kw-spoken", text !== "");
  };
  const showSound = () => {
    const off = sound.disabled || video.muted;
    sound.replaceChildren(icon(off ? "mute" : "sound"));
    const says = sound.disabled ? "No sound in this clip" : off ? "Sound on (m)" : "Sound off (m)";
    sound.title = says;
    sound.setAttribute("aria-label", says);
  };
  const showPlay = () => {
    const says = video.paused ? "Play" : "Pause";
    if (play.getAttribute("aria-label") === says) return;
    play.replaceChildren(icon(says.toLowerCase()));
    play.setAttribute("aria-label", says);
    play.title = `${says} (space)`;
  };

  for (const event of ["loadedmetadata", "durationchange", "seeked", "timeupdate", "progress", "emptied"]) {
    video.addEventListener(event, () => { if (!painting) paint(); }, { signal });
  }
  for (const event of ["play", "pause", "ended"]) {
    video.addEventListener(event, () => { showPlay(); if (!painting) follow(); }, { signal });
  }
  // The poster is small and of another moment: it goes as soon as the frame that the playhead names is here. Where nothing
  // plays, a host may have that frame and not paint it until it is asked for.
  video.addEventListener("loadeddata", () => { if (video.paused) video.currentTime = video.currentTime; }, { signal });
  for (const event of ["seeked", "playing"]) video.addEventListener(event, () => video.removeAttribute("poster"), { signal });
  video.addEventListener("playing", () => tell(""), { signal });
  video.addEventListener("volumechange", showSound, { signal });
  const showSpeed = () => {
    put(speed, `${video.playbackRate}×`);
    speed.setAttribute("aria-label", `Speed ${video.playbackRate}×`);
  };
  video.addEventListener("ratechange", showSpeed, { signal });
  video.addEventListener("click", () => void toggle(), { signal });
  video.addEventListener("dblclick", () => void fill(), { signal });
  track.onSeek((share) => seek(share * video.duration), signal);
  speed.title = "Speed";
  repeat(false);
  showSound();
  showSpeed();
  showPlay();
  paint();
  // A video that is no longer in a page goes on playing unless it is stopped, and keeps its memory until its source is gone.
  signal.addEventListener("abort", () => unload(video));

  return {
    film, controls, video, tell,
    load(source) {
      unload(video);
      for (const part of [play, loop, speed, full]) part.disabled = !source;
      sound.disabled = !source?.sound;
      save.toggleAttribute("hidden", !source);
      showSound();
      if (!source) return paint();
      save.href = source.url;
      save.download = source.name;
      const rate = video.playbackRate;
      video.src = source.url;
      video.playbackRate = rate;
    },
    press(key) {
      const keys = /** @type {Record<string, () => void>} */ ({
        " ": () => void toggle(), k: () => void toggle(),
        ",": () => step(-1), ".": () => step(1),
        ArrowLeft: () => seek(video.currentTime - 1), ArrowRight: () => seek(video.currentTime + 1),
        Home: () => seek(0), End: () => seek(video.duration),
        m: () => mute(!video.muted), f: () => void fill(), l: () => repeat(!video.loop),
      });
      const carry = keys[key];
      if (!carry || !video.currentSrc) return false;
      carry();
      return true;
    },
  };
}

/** The track: what is there, what was played, and a knob to drag. */
function newTrack() {
  const there = h("i", { class: "kw-there" });
  const played = h("i", { class: "kw-played" });
  const knob = h("b");
  const el = h("div", { class: "kw-track", role: "slider", tabindex: 0, "aria-label": "Position", "aria-valuemin": 0 },
    h("span", {}, there, played), knob);
  return {
    el,
    /** @param {number} time @param {number} duration @param {TimeRanges} buffered */
    show(time, duration, buffered) {
      const whole = Number.isFinite(duration) && duration > 0 ? duration : 0;
      const share = whole ? Math.min(1, time / whole) : 0;
      const last = whole && buffered.length ? buffered.end(buffered.length - 1) / whole : 0;
      el.style.setProperty("--kw-at", String(share));
      there.style.transform = `scaleX(${Math.min(1, last)})`;
      el.setAttribute("aria-valuemax", whole.toFixed(2));
      el.setAttribute("aria-valuenow", time.toFixed(2));
      el.setAttribute("aria-valuetext", `${clockTime(time)} of ${clockTime(whole)}`);
    },
    /** @param {(share: number) => void} seek @param {AbortSignal} signal */
    onSeek(seek, signal) {
      /** @param {PointerEvent} event */
      const move = (event) => {
        const { left, width } = el.getBoundingClientRect();
        seek(Math.min(1, Math.max(0, (event.clientX - left) / width)));
      };
      el.addEventListener("pointerdown", (event) => {
        el.setPointerCapture(event.pointerId);
        move(event);
      }, { signal });
      el.addEventListener("pointermove", (event) => {
        if (el.hasPointerCapture(event.pointerId)) move(event);
      }, { signal });
    },
  };
}

/** @param {string} name @param {string} says @param {string} classes @param {() => void} act */
function button(name, says, classes, act) {
  return h("button", { class: classes, type: "button", title: says, "aria-label": says, onclick: act }, icon(name));
}

/** @param {HTMLVideoElement} video */
function unload(video) {
  video.pause();
  video.removeAttribute("src");
  video.removeAttribute("poster");
  video.load();
}

/** @param {HTMLElement} el @param {string} text */
function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}
