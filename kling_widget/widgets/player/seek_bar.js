// The track: what is there, what was played, the part that plays, where shorter clips end, and a knob to drag.
// @ts-check
import { create } from "../base/widget.js";
import { clockTime } from "./timecode.js";

/**
 * @param {AbortSignal} signal
 * @param {(time: number) => void} seek in seconds
 */
export function newTrack(signal, seek) {
  const there = create("i", { class: "kw-there" });
  const ranged = create("i", { class: "kw-played-range" });
  const played = create("i", { class: "kw-played" });
  const ends = create("span", { class: "kw-ends" });
  const knob = create("b");
  const strips = create("span", { class: "kw-strips" });
  const el = create("div", { class: "kw-track", role: "slider", tabindex: 0, "aria-label": "Position", "aria-valuemin": 0 },
    strips, create("span", { class: "kw-groove" }, there, ranged, played), ends, knob);
  let length = 0;

  /** @param {PointerEvent} event */
  const move = (event) => {
    const { left, width } = el.getBoundingClientRect();
    seek(Math.min(1, Math.max(0, (event.clientX - left) / width)) * length);
  };
  el.addEventListener("pointerdown", (event) => {
    el.setPointerCapture(event.pointerId);
    move(event);
  }, { signal });
  el.addEventListener("pointermove", (event) => {
    if (el.hasPointerCapture(event.pointerId)) move(event);
  }, { signal });

  /** @param {number} time */
  const share = (time) => (length ? Math.min(1, Math.max(0, time / length)) : 0);
  return {
    el,
    /**
     * @param {import("./sync.js").State} state
     * @param {number} buffered up to where there is data, in seconds
     * @param {number[]} stops when shorter clips end, in seconds
     */
    show(state, buffered, stops) {
      length = state.length;
      el.style.setProperty("--kw-at", String(share(state.time)));
      there.style.transform = `scaleX(${share(buffered)})`;
      const [first, last] = [share(state.from ?? 0), state.to === null ? 1 : share(state.to)];
      el.classList.toggle("kw-ranged", state.from !== null || state.to !== null);
      ranged.style.transform = `translateX(${100 * first}%) scaleX(${Math.max(0, last - first)})`;
      const marks = stops.map((stop) => share(stop).toFixed(4)).join();
      if (ends.dataset.marks !== marks) {
        ends.dataset.marks = marks;
        ends.replaceChildren(...stops.map((stop) => create("i", { style: { left: `${100 * share(stop)}%` } })));
      }
      el.setAttribute("aria-valuemax", length.toFixed(2));
      el.setAttribute("aria-valuenow", state.time.toFixed(2));
      el.setAttribute("aria-valuetext", `${clockTime(state.time)} of ${clockTime(length)}`);
    },
    /** @param {{ url: string, length: number }[]} pictures strips of the clips that are shown, from top to bottom, with their clips' lengths in seconds */
    picture(pictures) {
      const key = pictures.map(({ url, length: long }) => `${url} ${share(long)}`).join();
      if (strips.dataset.key === key) return;
      strips.dataset.key = key;
      strips.replaceChildren(...pictures.map(({ url, length: long }) =>
        create("img", { src: url, alt: "", draggable: "false", style: { width: `${100 * share(long)}%` } })));
    },
  };
}
