// Loads a take's clip into its video by the first route whose source this page can play: at once where a person chose it,
// else once it comes into sight.
// @ts-check
import { deliver } from "./delivery.js";
import { poster } from "./poster.js";

/**
 * @typedef {object} Errand
 * @property {import("../base/widget.js").Model} model
 * @property {import("./player.js").Clip} clip
 * @property {HTMLVideoElement} video
 * @property {AbortSignal} gone stops it, and gives back what came
 * @property {(gone: AbortSignal) => Promise<import("./delivery.js").Place>} where
 * @property {Set<string>} without routes that are not tried (any more)
 * @property {boolean} wanted whether a person chose this take, so that it is loaded wherever the page is scrolled to
 * @property {(words: string) => void} tell how it goes; empty: nothing is waited for
 */

/**
 * @param {Errand} errand
 * @returns {Promise<import("./delivery.js").Source>} what the video plays now; rejects in words where nothing can be played
 */
export async function bring({ model, clip, video, gone, where, without, wanted, tell }) {
  void poster(model, clip.id, gone).then((url) => {
    if (url && !gone.aborted && video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) video.poster = url;
  }, () => {});
  if (!wanted) await seen(video, gone); // twenty players in a notebook fetch only what is looked at
  for (;;) {
    const late = setTimeout(() => tell("Waiting for the kernel. It may be busy with a cell."), 2500);
    gone.addEventListener("abort", () => clearTimeout(late));
    const source = await deliver(model, clip, where, {
      signal: gone, without,
      progress: (fraction) => {
        clearTimeout(late);
        if (fraction < 1) tell(`Fetching the clip, ${Math.round(fraction * 100)} %`);
      },
    }).finally(() => clearTimeout(late));
    if (gone.aborted) source.free();
    gone.throwIfAborted();
    gone.addEventListener("abort", source.free);
    const kept = video.poster;
    video.src = source.url;
    if (kept) video.poster = kept;
    tell("");
    if (await canPlay(video, gone)) return source;
    gone.removeEventListener("abort", source.free);
    unload(video);
    source.free();
    source.fail?.();
    without.add(source.route);
  }
}

/** A video that is no longer in a page goes on playing unless it is stopped, and keeps its memory until its source is gone. @param {HTMLVideoElement} video */
export function unload(video) {
  video.pause();
  video.removeAttribute("src");
  video.removeAttribute("poster");
  video.load();
}

/** @param {HTMLElement} el @param {AbortSignal} signal @returns {Promise<void>} once it is about to come into sight */
function seen(el, signal) {
  return new Promise((resolve, reject) => {
    const eye = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      eye.disconnect();
      resolve();
    }, { rootMargin: "400px" });
    eye.observe(el);
    signal.addEventListener("abort", () => {
      eye.disconnect();
      reject(signal.reason);
    });
  });
}

/** @param {HTMLVideoElement} video @param {AbortSignal} signal @returns {Promise<boolean>} */
function canPlay(video, signal) {
  return new Promise((resolve, reject) => {
    const once = { signal, once: true };
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) return resolve(true);
    video.addEventListener("loadedmetadata", () => resolve(true), once);
    video.addEventListener("error", () => resolve(false), once);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
