// The film: the clips that are shown, beside each other or one over the other.
// @ts-check
import { create } from "../base/widget.js";
import { newTile } from "./tile.js";

/** @typedef {"one" | "side" | "wipe" | "onion" | "difference" | "grid"} Arrangement */

export const ARRANGEMENTS = /** @type {{ key: Arrangement, word: string }[]} */ ([
  { key: "one", word: "One" }, { key: "side", word: "Side" }, { key: "wipe", word: "Wipe" }, { key: "onion", word: "Onion" },
  { key: "difference", word: "Difference" }, { key: "grid", word: "Grid" },
]);

const EMPTY = 0.02; // of a clip's width that an empty place counts
const WIDE = 16 / 9; // the film's own shape; it grows wider for clips beside each other, and never taller

/** @param {Arrangement} arrangement @returns {boolean} whether the second clip lies over the first */
export function lies(arrangement) {
  return arrangement === "wipe" || arrangement === "onion" || arrangement === "difference";
}

/**
 * How many columns show so many clips largest; where it is nearly the same, those that leave fewer places empty.
 * @param {number} count
 * @param {number} shape width to height of a clip
 * @returns {number}
 */
export function columns(count, shape) {
  let [best, most] = [1, 0];
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const size = Math.min(1 / across, shape / WIDE / down) * (1 - EMPTY * (across * down - count));
    if (size > most * (1 - EMPTY)) [best, most] = [across, Math.max(most, size)];
  }
  return best;
}

/**
 * @param {import("../base/widget.js").Model} model
 * @param {(take: string, gone: AbortSignal) => Promise<import("./delivery.js").Place>} where
 * @param {{ choose: (take: string) => void, changed: () => void, blend: (share: number) => void }} on
 * @param {AbortSignal} signal
 */
export function newFilm(model, where, { choose, changed, blend }, signal) {
  const el = create("div", { class: "kw-film" });
  const handle = create("div", { class: "kw-film-wipe", "aria-hidden": "true" });
  /** @type {Map<string, import("./tile.js").Tile>} by take */
  const tiles = new Map();
  /** @type {import("./tile.js").Tile[]} */
  let order = [];
  signal.addEventListener("abort", () => { for (const tile of tiles.values()) tile.close(); });

  /** @param {PointerEvent} event */
  const wipe = (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { left, width } = el.getBoundingClientRect();
    blend(Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  handle.addEventListener("pointerdown", (event) => { handle.setPointerCapture(event.pointerId); event.preventDefault(); }, { signal });
  handle.addEventListener("pointermove", wipe, { signal });

  return {
    el,
    /** Those that are shown, in their order. @returns {import("./tile.js").Tile[]} */
    tiles: () => order,
    /**
     * @param {import("./player.js").Clip[]} clips those to show
     * @param {Arrangement} arrangement
     * @param {string} invitation said where there is none
     * @param {(take: string) => boolean} chosen whether a person chose a take since the view opened
     * @param {number} [columnsOfGrid] how many stand in a row of a grid; unless given, as many as show them largest
     */
    show(clips, arrangement, invitation, chosen, columnsOfGrid) {
      const wanted = clips.length ? clips.map((clip) => clip.id) : [""];
      for (const [id, tile] of tiles) {
        if (wanted.includes(id)) continue;
        tiles.delete(id); // only what is shown is held
        tile.close();
      }
      order = wanted.map((id) => {
        const tile = tiles.get(id) ?? newTile(model, where, { choose: () => choose(id), changed });
        tiles.set(id, tile);
        return tile;
      });
      order.forEach((tile, i) => {
        if (el.children[i] !== tile.el) el.insertBefore(tile.el, el.children[i] ?? null);
        tile.show(clips[i] ?? null, invitation, chosen(clips[i]?.id ?? ""));
      });
      const shape = Math.max(...clips.map(({ width, height }) => (width && height ? width / height : 0)), 0) || WIDE;
      const across = lies(arrangement) ? 1 : arrangement === "grid" ? columnsOfGrid || columns(clips.length, shape) : Math.max(1, wanted.length);
      const down = lies(arrangement) ? 1 : Math.ceil(wanted.length / across);
      el.dataset.arrangement = arrangement;
      el.classList.toggle("kw-tall", shape < 1);
      el.style.setProperty("--kw-across", String(across));
      el.style.setProperty("--kw-down", String(down));
      el.style.setProperty("--kw-shape", String(Math.max(WIDE, (across * shape) / down)));
      if (arrangement === "wipe") el.append(handle);
      else handle.remove();
    },
    /** @param {number} share how much of the first clip a wipe shows, how much of the second shines through an onion skin */
    blend(share) { el.style.setProperty("--kw-blend", String(share)); },
  };
}
