// The screen: a take's clip with its controls and its story. Under way or ended without a clip, it says so instead.
// @ts-check
import { ask, askWhenSilent, dress, follow, h } from "../face.js";
import { deliver } from "./delivery.js";
import { newPlayer } from "./player.js";
import { poster } from "./poster.js";
import { newStory } from "./story.js";
import { showRows } from "./row.js";

/**
 * A take as `clip.py` says it.
 * @typedef {object} Clip
 * @property {string} id
 * @property {string} prompt
 * @property {string} settings
 * @property {string} note
 * @property {boolean} sound
 * @property {number | null} width
 * @property {number | null} height
 * @property {string} file names the file's content; empty where there is none
 * @property {string} beside
 * @property {string} name
 * @property {string} trouble
 * @property {number | null} rating
 * @property {string[]} tags
 * @property {import("./row.js").Row | null} row how it goes; null once the clip is here
 */

/** @typedef {import("../face.js").Model} Model */
/** @typedef {import("./delivery.js").Place} Place */

export default () => {
  /** @type {Map<string, Place>} what the kernel told unasked, so that a busy one holds nobody up */
  const told = new Map();
  return {
    /** @param {{ model: Model, signal: AbortSignal }} context */
    initialize({ model, signal }) {
      /** @param {any} content */
      const hear = (content) => {
        if (content?.place) told.set(content.take, content.place);
      };
      model.on("msg:custom", hear);
      signal.addEventListener("abort", () => model.off("msg:custom", hear));
    },
    /** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} context */
    render({ model, el, signal }) {
      dress(el, "kw-screen");
      /** @param {string} take @param {AbortSignal} gone @returns {Promise<Place>} */
      const where = async (take, gone) => {
        const known = told.get(take);
        if (known) return known;
        const { answer } = await ask(model, "where", { take }, { signal: gone });
        told.set(take, answer.place);
        return answer.place;
      };
      show(model, el, signal, where);
    },
  };
};

/**
 * @param {Model} model @param {HTMLElement} el @param {AbortSignal} signal
 * @param {(take: string, gone: AbortSignal) => Promise<Place>} where
 */
function show(model, el, signal, where) {
  const player = newPlayer(signal);
  const rows = h("div", { class: "kw-screen-rows" });
  const refused = h("p", { class: "kw-screen-said", role: "alert" });
  const story = newStory(model, signal);
  const bar = h("i");
  player.film.append(h("div", { class: "kw-film-bar" }, bar));
  const card = h("section", { class: "kw-card kw-screen-card", tabindex: 0, "aria-label": "Screen" },
    player.film, player.controls, story.el);
  const hidden = h("style"); // what the saved notebook shows stays out of sight for as long as this view lives
  if (model.get("still")) hidden.textContent = hideStill(model.get("still"));
  el.append(hidden, rows, refused, card);
  /** @type {import("./row.js").Act} */
  const act = (row, action, fields) => ask(model, action, { take: row.id, ...fields }, { signal }).then(
    () => { refused.textContent = ""; },
    (error) => { if (!signal.aborted) refused.textContent = error.message; });
  card.addEventListener("keydown", (event) => {
    const on = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || on.closest("input, textarea, select")) return;
    if (event.key === " " && on.closest("button, a")) return; // a button's own key
    if (player.press(event.key)) event.preventDefault();
  }, { signal });

  let shown = "";
  /** @type {AbortController | null} */
  let loading = null;
  const stop = () => loading?.abort();
  signal.addEventListener("abort", stop);

  const look = () => {
    /** @type {Clip | undefined} */
    const clip = model.get("takes")[0];
    const waits = !clip?.file;
    const compact = model.get("compact") && waits;
    el.classList.toggle("kw-compact", model.get("compact"));
    rows.hidden = !compact;
    card.hidden = compact;
    showRows(rows, compact && clip?.row ? [clip.row] : [], act);
    card.dataset.state = clip ? (waits ? "waits" : "plays") : "empty";
    bar.style.transform = `scaleX(${clip?.row && clip.row.tone !== "bad" ? clip.row.fraction : 0})`;
    player.film.classList.toggle("kw-tall", (clip?.height ?? 0) > (clip?.width ?? 0));
    story.show(clip ?? null);
    const wanted = clip?.file ? `${clip.id} ${clip.file}` : "";
    if (clip && wanted === shown && wanted) return; // only words changed: what plays goes on playing
    stop();
    shown = wanted;
    player.load(null);
    if (!clip) return player.tell(model.get("invitation"));
    if (waits) return player.tell(clip.row?.words ?? "", clip.row?.status, clip.row?.tone);
    loading = new AbortController();
    void bring(model, clip, player, card, loading.signal, (gone) => where(clip.id, gone));
  };
  follow(model, ["takes", "invitation", "compact"], signal, look);
  askWhenSilent(model, ["takes"], signal, () => !!model.get("takes")[0]?.row);
}

/**
 * Bring a clip and play it here; where this page can't play what one route gave, the next is tried.
 * @param {Model} model @param {Clip} clip @param {import("./player.js").Player} player @param {HTMLElement} card
 * @param {AbortSignal} gone @param {(gone: AbortSignal) => Promise<Place>} where
 */
async function bring(model, clip, player, card, gone, where) {
  try {
    player.tell("");
    void poster(model, clip.id, gone).then((url) => {
      if (url && !gone.aborted && player.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) player.video.poster = url;
    }, () => {});
    await seen(card, gone); // twenty screens in a notebook fetch only what is looked at
    /** @type {Set<string>} */
    const without = new Set();
    for (;;) {
      const late = setTimeout(() => player.tell("Waiting for the kernel. It may be busy with a cell."), 2500);
      gone.addEventListener("abort", () => clearTimeout(late));
      const source = await deliver(model, clip, where, {
        signal: gone, without,
        progress: (fraction) => {
          clearTimeout(late);
          if (fraction < 1) player.tell(`Fetching the clip, ${Math.round(fraction * 100)} %`);
        },
      }).finally(() => clearTimeout(late));
      if (gone.aborted) return source.free();
      gone.addEventListener("abort", source.free);
      const kept = player.video.poster;
      player.load({ url: source.url, name: clip.name, sound: clip.sound });
      if (kept) player.video.poster = kept;
      card.dataset.route = source.route;
      player.tell("");
      if (await canPlay(player.video, gone)) return;
      gone.removeEventListener("abort", source.free);
      source.free();
      without.add(source.route);
    }
  } catch (error) {
    if (gone.aborted) return;
    player.load(null);
    player.tell(error instanceof Error ? error.message : String(error), "The clip can't be shown", "bad");
  }
}

/** @param {HTMLElement} el @param {AbortSignal} signal @returns {Promise<void>} once it is about to come into sight */
function seen(el, signal) {
  return new Promise((resolve, reject) => {
    const eye = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      eye.disconnect();
      resolve();
    }, { rootMargin: "200px" });
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

/** @param {string} name the class of the still that belongs to a view @returns {string} */
function hideStill(name) {
  const still = `.${CSS.escape(name)}`;
  return `${still}, .jp-OutputArea-child:has(${still}) { display: none; }`;
}
