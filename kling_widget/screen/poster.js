// Posters of takes, asked for one by one and kept for a while.
// @ts-check
import { ask } from "../face.js";

const KEPT = 240; // posters of at most 40 KB each: under 10 MB a view

/** @type {WeakMap<AbortSignal, Map<string, Promise<string>>>} what each view holds */
const HELD = new WeakMap();

/**
 * The poster of a take, as the URL of an image that lives as long as the view; empty where there is none yet. What was asked
 * for longest ago goes first when there are many.
 * @param {import("../face.js").Model} model a face that answers `poster`
 * @param {string} take
 * @param {AbortSignal} signal the view's
 * @returns {Promise<string>}
 */
export function poster(model, take, signal) {
  const held = heldBy(signal);
  const known = held.get(take);
  if (known) {
    held.delete(take);
    held.set(take, known);
    return known;
  }
  const asked = ask(model, "poster", { take }, { signal }).then(({ buffers }) => {
    const image = buffers[0];
    if (!image?.byteLength) {
      held.delete(take); // there may be one later
      return "";
    }
    const part = /** @type {BlobPart} */ (/** @type {unknown} */ (image));
    return URL.createObjectURL(new Blob([part], { type: "image/jpeg" }));
  });
  asked.catch(() => held.delete(take));
  held.set(take, asked);
  for (const old of held.keys()) {
    if (held.size <= KEPT) break;
    void held.get(old)?.then(giveBack, () => {});
    held.delete(old);
  }
  return asked;
}

/** @param {AbortSignal} signal @returns {Map<string, Promise<string>>} */
function heldBy(signal) {
  const known = HELD.get(signal);
  if (known) return known;
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
