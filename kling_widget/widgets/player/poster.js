// Posters and strips of takes, asked for one by one and kept for a while.
// @ts-check
import { sendCommand } from "../base/widget.js";

const KEPT = 240; // pictures of at most 40 KB each: under 10 MB a view

/** @type {WeakMap<AbortSignal, Map<string, Promise<string>>>} what each view holds */
const HELD = new WeakMap();

/**
 * The poster of a take, as the URL of an image that lives as long as the view; empty where there is none yet. What was asked
 * for longest ago goes first when there are many.
 * @param {import("../base/widget.js").Model} model a face that answers `poster`
 * @param {string} take
 * @param {AbortSignal} signal the view's
 * @param {string} [named] what the library calls the picture: by another name it is another one
 * @returns {Promise<string>}
 */
export function poster(model, take, signal, named = "") {
  return picture(model, "poster", take, signal, named);
}

/**
 * The strip of a take: frames of all its length, side by side. As with `poster`.
 * @param {import("../base/widget.js").Model} model a face that answers `strip`
 * @param {string} take
 * @param {AbortSignal} signal the view's
 * @returns {Promise<string>}
 */
export function strip(model, take, signal) {
  return picture(model, "strip", take, signal);
}

/** @param {import("../base/widget.js").Model} model @param {"poster" | "strip"} kind @param {string} take @param {AbortSignal} signal @param {string} [named] @returns {Promise<string>} */
function picture(model, kind, take, signal, named = "") {
  const held = heldBy(signal);
  const name = `${kind} ${take} ${named}`;
  const found = held.get(name);
  if (found) {
    held.delete(name);
    held.set(name, found);
    return found;
  }
  const fetched = sendCommand(model, kind, { take }, { signal }).then(({ buffers }) => {
    const image = buffers[0];
    if (!image?.byteLength) {
      held.delete(name); // there may be one later
      return "";
    }
    const blob = /** @type {BlobPart} */ (/** @type {unknown} */ (image));
    return URL.createObjectURL(new Blob([blob], { type: "image/jpeg" }));
  });
  fetched.catch(() => held.delete(name));
  held.set(name, fetched);
  for (const old of held.keys()) {
    if (held.size <= KEPT) break;
    void held.get(old)?.then(giveBack, () => {});
    held.delete(old);
  }
  return fetched;
}

/** @param {AbortSignal} signal @returns {Map<string, Promise<string>>} */
function heldBy(signal) {
  const found = HELD.get(signal);
  if (found) return found;
  /** @type {Map<string, Promise<string>>} */
  const held = new Map();
  HELD.set(signal, held);
  signal.addEventListener("abort", () => {
    for (const url of held.values()) void url.then(giveBack, () => {});
    held.clear();
  });
  return held;
}

/** @param {string} url */
function giveBack(url) {
  if (url) URL.revokeObjectURL(url);
}
