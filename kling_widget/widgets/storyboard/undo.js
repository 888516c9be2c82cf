// Undo and redo: what was there before, step by step.
// @ts-check

/** @typedef {import("./shots.js").Shot} Shot */
/** What a step goes back to: the shots, and the prompt where the step changed it. @typedef {{ shots: Shot[], prompt?: string }} Then */
/** @typedef {{ past: Then[], future: Then[], kind: string }} Steps */

const DEPTH = 100; // steps that are kept

/** @returns {Steps} */
export const noSteps = () => ({ past: [], future: [], kind: "" });

/**
 * Note what was there before a change. Changes of one kind in a row (a word being typed, a slider being slid) are one step.
 * @param {Steps} steps @param {Then} then @param {string} kind empty for a change that is always a step of its own @returns {Steps}
 */
export function noted(steps, then, kind) {
  if (kind && kind === steps.kind && !steps.future.length) return steps;
  return { past: [...steps.past, then].slice(-DEPTH), future: [], kind };
}

/**
 * Go one step back, or forward again.
 * @param {Steps} steps @param {"past" | "future"} way @param {{ shots: Shot[], prompt: string }} now
 * @returns {{ steps: Steps, then: Then } | null} nothing where there is no such step
 */
export function gone(steps, way, now) {
  const then = steps[way].at(-1);
  if (!then) return null;
  const here = then.prompt === undefined ? { shots: now.shots } : now;
  const past = way === "past" ? steps.past.slice(0, -1) : [...steps.past, here];
  const future = way === "future" ? steps.future.slice(0, -1) : [...steps.future, here];
  return { steps: { past, future, kind: "" }, then };
}
