// How several clips are shown: which arrangement, which two of them, and how far a wipe or an onion skin has gone.
// @ts-check
import { create, showOptions } from "../base/widget.js";
import { ARRANGEMENTS, lies } from "./film.js";
import { LETTERS } from "./letters.js";

/** @typedef {import("./film.js").Arrangement} Arrangement */
/** @typedef {import("./player.js").Clip} Clip */

/**
 * What is shown of several takes.
 * @typedef {object} View
 * @property {Arrangement} arrangement
 * @property {Clip[]} shown in their order; the first is the one that others are compared with
 * @property {string} chosen the take that is heard, rated and acted on
 */

/**
 * Which clips an arrangement shows.
 * @param {Clip[]} clips
 * @param {Arrangement} arrangement
 * @param {[string, string]} pair two takes
 * @param {string} chosen the one that stands alone
 * @returns {Clip[]}
 */
export function shownOf(clips, arrangement, [left, right], chosen) {
  if (arrangement === "grid") return clips.slice(0, LETTERS.length);
  const first = clips.find(({ id }) => id === left) ?? clips[0];
  if (!first) return [];
  if (arrangement === "one") return [clips.find(({ id }) => id === chosen) ?? first];
  const second = clips.find(({ id }) => id === right && id !== first.id) ?? clips.find(({ id }) => id !== first.id);
  return second ? [first, second] : [first];
}

/** A prompt beside words of ours, in a place that holds no elements: one that is read from the right stays apart. @param {string} text */
function isolated(text) {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/.test(text) ? `\u2068${text}\u2069` : text;
}

/** Which arrangement so many clips can have. @param {Arrangement} wanted @param {number} count @returns {Arrangement} */
export function fitting(wanted, count) {
  if (count < 2) return "one";
  return wanted === "grid" && count === 2 ? "side" : wanted;
}

/** Which arrangements there are to choose from. @param {number} count @param {boolean} [grid] whether a grid is one @returns {{ key: Arrangement, word: string }[]} */
export function offeredFor(count, grid = count > 2) {
  return ARRANGEMENTS.filter(({ key }) => (key === "grid" ? grid : key === "one" || count > 1));
}

/**
 * The bar above the story. It is there where there are several clips.
 * @param {{ arrange: (arrangement: Arrangement) => void, pick: (side: 0 | 1, take: string) => void, blend: (share: number) => void }} on
 */
export function newComparing({ arrange, pick, blend }) {
  const seg = create("span", { class: "kw-seg kw-arrangements", role: "group", "aria-label": "How to show them" });
  const range = create("input", { type: "range", class: "kw-blend", min: 0, max: 100, step: 1, oninput: () => blend(Number(range.value) / 100) });
  const pickers = /** @type {const} */ ([0, 1]).map((side) =>
    create("select", { class: "kw-pick", "aria-label": side ? "Right" : "Left", onchange: (/** @type {Event} */ event) => pick(side, /** @type {HTMLSelectElement} */ (event.target).value) }));
  const el = create("div", { class: "kw-comparing kw-row" }, seg, range, create("span", { class: "kw-grow" }), ...pickers);
  return {
    el,
    /** @param {Clip[]} clips @param {View} view @param {number} share 0 to 1 @param {boolean} [grid] whether a grid can be chosen */
    show(clips, { arrangement, shown }, share, grid = clips.length > 2) {
      el.hidden = clips.length < 2;
      showOptions(seg, offeredFor(clips.length, grid), arrangement, (key) => arrange(/** @type {Arrangement} */ (key)));
      range.hidden = arrangement !== "wipe" && arrangement !== "onion";
      range.setAttribute("aria-label", arrangement === "wipe" ? "Where the wipe stands" : "How much of the second clip shines through");
      if (Number(range.value) !== Math.round(share * 100)) range.value = String(Math.round(share * 100));
      pickers.forEach((picker, side) => {
        picker.hidden = arrangement === "grid" || (side === 1 && arrangement === "one") || (clips.length === 2 && arrangement !== "one");
        picker.setAttribute("aria-label", arrangement === "one" ? "Which clip" : lies(arrangement) ? (side ? "Above" : "Below") : side ? "Right" : "Left");
        const options = clips.map((clip, i) => ({ id: clip.id, word: `${LETTERS[i] ?? i + 1} · ${isolated(Array.from(clip.prompt).slice(0, 40).join(""))}` }));
        const offered = JSON.stringify(options);
        if (picker.dataset.offered !== offered) {
          picker.dataset.offered = offered;
          picker.replaceChildren(...options.map(({ id, word }) => create("option", { value: id }, word)));
        }
        const now = shown[side]?.id;
        if (now && picker.value !== now) picker.value = now;
      });
    },
  };
}
