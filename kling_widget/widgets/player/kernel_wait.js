// Waiting for a kernel: in turn, so that many clips of a page don't flood it, and only while it lives.
// @ts-check
import { GONE, KernelGone, watchKernel } from "../base/kernel.js";

/** @typedef {import("../base/widget.js").Model} Model */

const AT_ONCE = 4; // pieces of clips that one kernel is asked for at a time, over all screens of a page
const CHECK_MS = 5000; // between two looks whether a message can still be sent
const SAFE = `${GONE} So the clip did not come; it is safe in the library: run this cell again.`;

// Every widget has a copy of this module of its own, and they share a kernel: the page itself holds what they share.
const TURNS = Symbol.for("kling_widget.turns");

/** @typedef {{ free: number, waiting: (() => void)[] }} Turns */

/** @param {Model} model @returns {Turns} those of its kernel: one that is busy holds up nobody who has another */
function turnsOf(model) {
  const page = /** @type {any} */ (globalThis);
  /** @type {WeakMap<object, Turns>} */
  const all = (page[TURNS] ??= new WeakMap());
  const kernel = /** @type {any} */ (model).widget_manager ?? page; // hosts of Jupyter have a manager for each kernel
  const found = all.get(kernel) ?? { free: AT_ONCE, waiting: [] };
  all.set(kernel, found);
  return found;
}

/**
 * Wait for a turn to ask a kernel for a piece. Rejects with the signal's reason, and then takes none.
 * @param {Model} model @param {AbortSignal} signal
 * @param {() => void} waits called where others are before it
 * @returns {Promise<() => void>} call it once, when the piece is there or will not come
 */
export async function takeTurn(model, signal, waits) {
  signal.throwIfAborted();
  const turns = turnsOf(model);
  const done = () => {
    const next = turns.waiting.shift();
    if (next) next();
    else turns.free += 1;
  };
  if (turns.free > 0) {
    turns.free -= 1;
    return done;
  }
  waits();
  await new Promise((/** @type {(value?: unknown) => void} */ resolve, reject) => {
    const mine = () => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    const leave = () => {
      turns.waiting = turns.waiting.filter((one) => one !== mine);
      reject(signal.reason);
    };
    turns.waiting.push(mine);
    signal.addEventListener("abort", leave, { once: true });
  });
  return done;
}

/**
 * A signal for what waits on a kernel: it ends with the view's own, and with words soon after the kernel is gone. A kernel that
 * is busy, or whose server is out of reach for a while, is not gone.
 * @param {Model} model @param {AbortSignal} signal
 * @returns {{ signal: AbortSignal, end: () => void }} `end`: nothing is waited for any more
 */
export function newKernelWatch(model, signal) {
  const own = new AbortController();
  const leave = () => own.abort(signal.reason);
  const gone = () => own.abort(new KernelGone(SAFE));
  const timer = setInterval(() => { if (!canSend(model)) gone(); }, CHECK_MS);
  const waiting = new AbortController();
  const end = () => {
    clearInterval(timer);
    waiting.abort();
    signal.removeEventListener("abort", leave);
  };
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave);
  own.signal.addEventListener("abort", end);
  watchKernel(model, waiting.signal, gone);
  return { signal: own.signal, end };
}

/** Hosts that say nothing of their kernels refuse a message where the widget's channel is closed. @param {Model} model */
function canSend(model) {
  try {
    // A message without an id is heard by nobody.
    Promise.resolve(/** @type {any} */ (model).send({})).catch(() => {});
    return true;
  } catch {
    return false;
  }
}
