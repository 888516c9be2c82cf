// Time on the screen: as a clock, and as frames of a clip.
// @ts-check

const RATE = 24; // frames a second where a clip's own times are not known: those of Kling's clips
const HAIR = 5e-5; // seconds; a page tells times in whole microseconds, a frame begins between them

/**
 * When a clip's frames are shown, as `mp4.times` says it: ticks a second, and how many frames in turn last how many ticks.
 * @typedef {{ scale: number, runs: [number, number][] }} FrameTimes
 */

/**
 * @typedef {object} Frames
 * @property {number} count
 * @property {(seconds: number) => number} at the frame shown at that time, counted from 0
 * @property {(frame: number) => number} start when a frame begins, in seconds; that after the last: when the clip ends
 * @property {(frame: number) => number} middle a time within a frame, away from both its borders
 */

/** @param {number} seconds @returns {string} `0:03.12` */
export function clockTime(seconds) {
  const hundredths = Math.max(0, Math.floor((Number.isFinite(seconds) ? seconds : 0) * 100 + 1e-6));
  const minutes = Math.floor(hundredths / 6000);
  const rest = hundredths - minutes * 6000;
  return `${minutes}:${String(Math.floor(rest / 100)).padStart(2, "0")}.${String(rest % 100).padStart(2, "0")}`;
}

/**
 * The frames of a clip.
 * @param {FrameTimes | null | undefined} times where the clip's file says them
 * @param {number} duration in seconds; counts only where there are no times
 * @returns {Frames}
 */
export function newFrames(times, duration) {
  const { scale, runs } = times ?? { scale: RATE, runs: [[Math.max(1, Math.round((duration || 0) * RATE)), 1]] };
  /** @type {{ first: number, begins: number, frames: number, ticks: number }[]} */
  const spans = [];
  let first = 0;
  let begins = 0;
  for (const [frames, ticks] of runs) {
    spans.push({ first, begins, frames, ticks });
    first += frames;
    begins += frames * ticks;
  }
  const count = Math.max(1, first);
  /** @param {number} frame */
  const start = (frame) => {
    const n = Math.min(Math.max(0, frame), count);
    const span = last(spans, (one) => one.first <= n);
    return span ? (span.begins + (n - span.first) * span.ticks) / scale : 0;
  };
  return {
    count,
    start,
    at(seconds) {
      const tick = (seconds + HAIR) * scale;
      const span = last(spans, (one) => one.begins <= tick);
      if (!span) return 0;
      const into = span.ticks > 0 ? Math.floor((tick - span.begins) / span.ticks) : 0;
      return Math.min(count - 1, span.first + Math.min(into, span.frames - 1));
    },
    middle: (frame) => (start(Math.min(frame, count - 1)) + start(Math.min(frame, count - 1) + 1)) / 2,
  };
}

/** @template T @param {T[]} list in order @param {(one: T) => boolean} fits true for the first ones @returns {T | undefined} the last that fits */
function last(list, fits) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(/** @type {T} */ (list[middle]))) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}
