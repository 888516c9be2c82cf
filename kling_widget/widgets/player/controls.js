// The controls of the film: one set, however many clips it shows, and the keys that do the same.
// @ts-check
import { create } from "../base/widget.js";
import { clockTime } from "./timecode.js";
import { icon, iconButton, put } from "./icons.js";
import { newTrack } from "./seek_bar.js";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2];

/** What the keys do, for a person; a key is told to a screen once, by whoever has the keyboard. */
export const KEYS = [
  ["Space, k", "play, pause"],
  [", .", "a frame back, a frame on"],
  ["← →", "a second back, a second on"],
  ["Home, End", "to the beginning, to the end"],
  ["< >", "slower, faster"],
  ["i, o, x", "begin here, end here, all of it"],
  ["l", "loop"],
  ["m", "sound"],
  ["f", "full screen"],
];

/**
 * @typedef {object} Controls
 * @property {HTMLElement} el
 * @property {HTMLElement} track
 * @property {(buffered: number, stops: number[]) => void} show the deck's state, with up to where there is data and where shorter clips end, in seconds
 * @property {(pictures: { url: string, length: number }[]) => void} picture
 * @property {(key: string) => boolean} press carries a key out; false where it means nothing here
 * @property {() => void} toggle
 * @property {() => void} fill
 */

/**
 * @param {import("./sync.js").Deck} deck
 * @param {HTMLElement} whole what fills the screen
 * @param {(words: string) => void} tell says what could not be done
 * @param {HTMLElement[]} more further controls, at the end
 * @param {AbortSignal} signal
 * @returns {Controls}
 */
export function newControls(deck, whole, tell, more, signal) {
  const toggle = () => {
    tell("");
    if (deck.state().playing) deck.pause();
    else deck.play().catch(() => tell("The browser did not start it. Press play again."));
  };
  const fill = () => {
    const root = /** @type {Document | ShadowRoot} */ (whole.getRootNode());
    if (root.fullscreenElement === whole) void document.exitFullscreen();
    else Promise.resolve(whole.requestFullscreen?.()).catch(() => tell("This page may not fill the screen."));
  };
  /** @param {number} by */
  const faster = (by) => {
    const next = SPEEDS.indexOf(deck.state().rate) + by;
    deck.speed(SPEEDS[by > 0 && next >= SPEEDS.length ? SPEEDS.length - 1 : Math.max(0, next)] ?? 1);
  };
  const nextSpeed = () => deck.speed(SPEEDS[(SPEEDS.indexOf(deck.state().rate) + 1) % SPEEDS.length] ?? 1);
  const beginHere = () => {
    const { frames, frame, to } = deck.state();
    if (frames) deck.range(frames.start(frame), to !== null && to > frames.start(frame) ? to : null);
  };
  const endHere = () => {
    const { frames, frame, from } = deck.state();
    if (frames) deck.range(from !== null && from < frames.start(frame + 1) ? from : null, frames.start(frame + 1));
  };
  const loopIt = () => deck.repeat(!deck.state().loop);
  const sounds = () => { if (deck.state().audible) deck.mute(!deck.state().muted); };

  const play = iconButton("play", "Play", "kw-play", toggle);
  const back = iconButton("back", "A frame back (,)", "kw-quiet kw-icon", () => deck.step(-1));
  const forth = iconButton("forth", "A frame on (.)", "kw-quiet kw-icon", () => deck.step(1));
  const at = create("span", { class: "kw-num kw-time" });
  const total = create("span", { class: "kw-num kw-time kw-total" });
  const frame = create("span", { class: "kw-num kw-frame" });
  const speed = create("button", { class: "kw-quiet kw-num kw-speed", type: "button", title: "Speed (< >)", onclick: nextSpeed });
  const loop = iconButton("loop", "Loop (l)", "kw-quiet kw-icon", loopIt);
  const first = iconButton("from", "Begin here (i)", "kw-quiet kw-icon", beginHere);
  const last = iconButton("to", "End here (o)", "kw-quiet kw-icon", endHere);
  const clearRange = create("button", { class: "kw-quiet kw-num kw-range", type: "button", title: "All of it (x)", hidden: true, onclick: () => deck.range(null, null) });
  const sound = iconButton("sound", "Sound (m)", "kw-quiet kw-icon", sounds);
  const full = iconButton("full", "Full screen (f)", "kw-quiet kw-icon", fill);
  const track = newTrack(signal, deck.seek);
  const el = create("div", { class: "kw-controls", role: "group", "aria-label": "Player" },
    play, back, forth, create("span", { class: "kw-times" }, at, create("span", { class: "kw-of" }, " / "), total), frame, create("span", { class: "kw-grow" }),
    clearRange, first, last, speed, loop, sound, full, ...more);

  /** @type {Record<string, () => void>} */
  const keys = {
    " ": toggle, k: toggle,
    ",": () => deck.step(-1), ".": () => deck.step(1),
    "<": () => faster(-1), ">": () => faster(1),
    ArrowLeft: () => deck.seek(deck.state().time - 1), ArrowRight: () => deck.seek(deck.state().time + 1),
    Home: () => deck.seek(0), End: () => deck.seek(deck.state().length),
    i: beginHere, o: endHere, x: () => deck.range(null, null),
    m: sounds, f: fill, l: loopIt,
  };
  return {
    el, track: track.el, toggle, fill,
    show(buffered, stops) {
      const state = deck.state();
      for (const clearRange of [play, back, forth, speed, loop, first, last, full]) clearRange.disabled = !state.ready;
      put(at, clockTime(state.time));
      put(total, clockTime(state.length));
      put(frame, `frame ${state.frame}`);
      track.show(state, buffered, stops);
      sign(play, state.playing ? "pause" : "play", state.playing ? "Pause" : "Play", " (space)");
      put(speed, `${state.rate}×`);
      speed.setAttribute("aria-label", `Speed ${state.rate}×`);
      loop.setAttribute("aria-pressed", String(state.loop));
      const ranged = state.from !== null || state.to !== null;
      clearRange.hidden = !ranged;
      if (ranged) put(clearRange, `${clockTime(state.from ?? 0)}–${clockTime(state.to ?? state.length)} ×`);
      clearRange.setAttribute("aria-label", "Play all of it");
      sound.disabled = !state.audible;
      const off = state.muted || !state.audible;
      sign(sound, off ? "mute" : "sound", !state.audible ? "No sound in this clip" : off ? "Sound on (m)" : "Sound off (m)");
    },
    picture: track.picture,
    press(key) {
      const carry = keys[key];
      if (!carry || !deck.state().ready) return false;
      carry();
      return true;
    },
  };
}

/** Change what a button is for. @param {HTMLElement} button @param {string} drawing @param {string} says @param {string} [key] what its title says more */
function sign(button, drawing, says, key = "") {
  if (button.getAttribute("aria-label") === says) return;
  button.replaceChildren(icon(drawing));
  button.setAttribute("aria-label", says);
  button.title = says + key;
}
