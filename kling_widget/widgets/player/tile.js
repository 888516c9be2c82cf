// One clip in the film: its picture, its letter, and words over it while there is none.
// @ts-check
import { create } from "../base/widget.js";
import { KernelGone } from "../base/kernel.js";
import { bring, unload } from "./load_clip.js";
import { put } from "./icons.js";
import { lendPoster } from "./downloads.js";

/**
 * @typedef {object} Tile
 * @property {HTMLElement} el
 * @property {HTMLVideoElement} video
 * @property {() => import("./delivery.js").Source | null} source what plays here; null while nothing does
 * @property {() => import("./player.js").Clip | null} clip
 * @property {(clip: import("./player.js").Clip | null, invitation: string, picked: boolean) => void} show null: an empty film; `picked`: a person chose it, so it is loaded out of sight too
 * @property {(letter: string, says: string) => void} name what its corner says; empty: nothing
 * @property {(words: string) => void} end what is said of a clip that has ended before others
 * @property {(words: string, head?: string, tone?: string) => void} tell words over the film; empty takes them away
 * @property {(file: Blob) => Promise<void>} play plays this instead of what came
 * @property {() => void} close
 */

/**
 * @param {import("../base/widget.js").Model} model
 * @param {(take: string, gone: AbortSignal) => Promise<import("./delivery.js").Place>} where
 * @param {{ choose: () => void, changed: () => void }} on a click on its letter; what plays here came or went
 * @returns {Tile}
 */
export function newTile(model, where, { choose, changed }) {
  const life = new AbortController();
  const video = create("video", { playsinline: true, preload: "metadata", tabindex: -1 });
  const head = create("strong");
  const body = create("span");
  const words = create("div", { class: "kw-film-words", role: "status" }, head, body);
  const letter = create("button", { class: "kw-film-letter", type: "button", dir: "auto", hidden: true, onclick: choose });
  const ended = create("span", { class: "kw-film-ended kw-num" });
  const bar = create("i");
  const el = create("div", { class: "kw-film-tile" }, video, words, create("div", { class: "kw-film-bar" }, bar), letter, ended);
  video.muted = true; // the deck says which one is heard
  /** @type {import("./player.js").Clip | null} */
  let now = null;
  /** @type {import("./delivery.js").Source | null} */
  let plays = null;
  let [shown, chosen] = ["", false];
  /** @type {Set<string>} routes whose source could not be played to its end */
  let without = new Set();
  /** @type {AbortController | null} */
  let loading = null;

  /** @param {string} text @param {string} [above] @param {string} [tone] one of a row's */
  const tell = (text, above = "", tone = "run") => {
    put(head, above);
    put(body, text);
    words.dataset.tone = tone;
    el.classList.toggle("kw-spoken", text !== "");
  };
  const empty = () => {
    loading?.abort();
    unload(video);
    delete el.dataset.route;
    if (!plays) return;
    plays = null;
    changed();
  };
  /** @param {import("./player.js").Clip} clip @param {AbortSignal} gone */
  const load = async (clip, gone) => {
    try {
      tell("");
      plays = await bring({ model, clip, video, gone, tell, without, wanted: chosen, where: (signal) => where(clip.id, signal) });
      el.dataset.route = plays.route;
      changed();
      lendPoster(model, clip.id, video, gone).catch(() => {}); // the clip plays all the same
    } catch (error) {
      if (gone.aborted) return;
      empty();
      if (error instanceof KernelGone) return tell(error.message);
      tell(error instanceof Error ? error.message : String(error), "The clip can't be shown", "bad");
    }
  };
  const reload = () => {
    if (!now) return;
    loading = new AbortController();
    void load(now, loading.signal);
  };
  // A file may begin well and be damaged further on. Another route may lead to a whole one; the others play on.
  video.addEventListener("error", () => {
    if (!plays) return; // while it is brought, another route is tried anyway
    plays.fail?.();
    without.add(plays.route);
    empty();
    reload();
  }, { signal: life.signal });
  // The poster is small and of another moment: it goes as soon as the frame that the playhead names is here. Where nothing
  // plays, a host may have that frame and not paint it until it is asked for.
  const options = { signal: life.signal };
  video.addEventListener("loadeddata", () => { if (video.paused && !video.seeking) video.currentTime = video.currentTime; }, options);
  for (const event of ["seeked", "playing"]) video.addEventListener(event, () => video.removeAttribute("poster"), options);

  return {
    el, video, tell,
    source: () => plays,
    clip: () => now,
    show(clip, invitation, picked) {
      [now, chosen] = [clip, chosen || picked];
      const waits = !clip?.file;
      el.dataset.state = clip ? (waits ? "waits" : "plays") : "empty";
      bar.style.transform = `scaleX(${clip?.row && clip.row.tone !== "bad" ? clip.row.fraction : 0})`;
      const wanted = clip?.file ? `${clip.id} ${clip.file}` : "";
      if (wanted && wanted === shown) return; // only words changed: what plays goes on playing
      shown = wanted;
      empty();
      if (!clip) return tell(invitation);
      if (waits) return tell(clip.row?.words ?? "", clip.row?.status, clip.row?.tone);
      without = new Set();
      reload();
    },
    name(text, says) {
      letter.hidden = !text;
      put(letter, text);
      letter.setAttribute("aria-label", says);
      letter.title = says;
    },
    async play(file) {
      empty(); // off the deck while it has no length
      const gone = new AbortController();
      loading = gone;
      const url = URL.createObjectURL(file);
      gone.signal.addEventListener("abort", () => URL.revokeObjectURL(url));
      video.src = url;
      await new Promise((resolve) => { video.addEventListener("loadedmetadata", resolve, { signal: gone.signal, once: true }); });
      plays = { url, route: "bytes", free() {} };
      el.dataset.route = plays.route;
      changed();
    },
    end: (text) => put(ended, text),
    close() {
      life.abort();
      loading?.abort();
      unload(video);
      el.remove();
    },
  };
}
