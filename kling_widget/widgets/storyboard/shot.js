// One shot as a block on the time line, with the border behind it.
// @ts-check
import { create } from "../base/widget.js";
import { lettersOf } from "./shots.js";

/** @typedef {import("./shots.js").Shot} Shot */
/** @typedef {ReturnType<typeof slot>} Slot */

export const KEYS =
  "Left and Right choose a shot, with Alt they move it, with Shift (or + and -) they trade a second with the next one. " +
  "Enter writes, Escape leaves the words, S splits, J joins with the next, Delete removes, Ctrl Z undoes.";

const SHORTCUTS = "Enter Delete S J + - ArrowLeft ArrowRight Alt+ArrowLeft Alt+ArrowRight Shift+ArrowLeft Shift+ArrowRight";
const WIDE = 260; // px that words are given while they are written
const NEARLY = 0.8; // of the letters: from here on the counter is always there

/** @param {string} describedBy the element that explains the keys */
export function slot(describedBy) {
  const seconds = create("b", { class: "kw-num" });
  const drop = create("button", { type: "button", class: "kw-shot-drop" }, "×");
  const head = create("div", { class: "kw-shot-head", title: `Drag to move. ${KEYS}` }, seconds, drop);
  const words = create("textarea", { class: "kw-shot-words", rows: 1, placeholder: "What happens" });
  const count = create("span", { class: "kw-shot-count kw-num" });
  const edit = create("div", { class: "kw-shot-edit" }, words, count);
  const block = create("div", { class: "kw-shot", role: "group", "aria-keyshortcuts": SHORTCUTS, "aria-describedby": describedBy }, head, edit);
  const grip = create("span", { class: "kw-grip", "aria-hidden": "true", title: "Drag to trade seconds" });
  return { el: create("div", { class: "kw-slot" }, block, grip), block, seconds, drop, words, count, edit };
}

/**
 * @param {Slot} slot
 * @param {Shot} shot
 * @param {{ index: number, of: number, chosen: boolean, letters: number, marked: boolean, offset: number | null }} facts
 *   `offset`: how far in px the block is held from its place; nothing where it is not held
 */
export function showSlot({ el, block, seconds, drop, words, count }, shot, { index, of, chosen, letters, marked, offset }) {
  const used = lettersOf(shot.prompt);
  el.style.flexGrow = String(shot.duration);
  el.classList.toggle("kw-held", offset !== null);
  block.style.transform = offset === null ? "" : `translateX(${offset}px)`;
  block.classList.toggle("kw-chosen", chosen);
  block.tabIndex = words.tabIndex = chosen ? 0 : -1;
  block.setAttribute("aria-label", `Shot ${index + 1} of ${of}, ${shot.duration} seconds`);
  drop.setAttribute("aria-label", `Remove shot ${index + 1}`);
  drop.tabIndex = block.tabIndex;
  drop.hidden = of < 2;
  seconds.textContent = `${shot.duration} s`;
  if (words.value !== shot.prompt) words.value = shot.prompt;
  words.setAttribute("aria-label", `Words of shot ${index + 1}`);
  words.setAttribute("aria-invalid", String(used > letters || (marked && !shot.prompt.trim())));
  count.textContent = `${used.toLocaleString("en")} / ${letters.toLocaleString("en")}`;
  count.classList.toggle("kw-near", used > NEARLY * letters);
  count.classList.toggle("kw-over", used > letters);
}

/** Give the words room to be written in, inside of the line's own width. @param {Slot} slot @param {HTMLElement} track */
export function widen({ block, edit }, track) {
  const line = track.getBoundingClientRect(), box = block.getBoundingClientRect();
  const wide = Math.max(box.width, Math.min(line.width, WIDE));
  edit.style.setProperty("--kw-wide", `${wide}px`);
  edit.style.setProperty("--kw-aside", `${Math.min(0, line.right - (box.left + wide))}px`);
}
