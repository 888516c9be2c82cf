// A prompt cut into shots, and back: what kling_widget/storyboard.py does, with the same results.
// @ts-check
import { fit, lasting, spread } from "./shots.js";

/** @typedef {import("./shots.js").Shot} Shot */
/** @typedef {import("./shots.js").Limits} Limits */
/** @typedef {import("./shots.js").Piece} Piece */

// Spelled out: Python and a page differ about what a blank is.
const EDGES = /^[ \t\v\f\u00a0]+|[ \t\v\f\u00a0]+$/g;
const BLANKS = /[ \t\n\v\f\r\u00a0\u2028\u2029]+/g;
const LENGTH = "[\\[(][ \\t]*(\\d{1,2})[ \\t]*s(?:ec(?:ond)?s?)?\\.?[ \\t]*[\\])]";
const CUT = /\r\n|[\n\r\u2028\u2029]|\bcut to:/gi;
const SHOT = new RegExp(`\\bshot[ \\t]*\\d{1,2}[ \\t]*((?:${LENGTH})?)[ \\t]*(?::|[.–—-](?=[ \\t]))`, "gi");
const BULLET = /^[-*•–—][ \t]+/;
const DEBRIS = /^[ \t\v\f\u00a0,;:.–—-]+/;

/**
 * Cut a prompt into shots. A length that stands in the words counts; the shots without one share evenly what these leave.
 * @param {string} prompt @param {number} total the clip's seconds @param {number} shortest @param {number} most @returns {Shot[]}
 */
export function toShots(prompt, total, shortest, most) {
  let found = pieces(prompt);
  if (found.length > most) {
    const rest = found.slice(most - 1);
    const words = rest.map((piece) => piece.words).join(" ");
    const open = rest.some(({ seconds }) => seconds === null);
    found = [...found.slice(0, most - 1), { words, seconds: open ? null : rest.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0) }];
  }
  const lengths = found.map(({ seconds }) => (seconds === null ? null : Math.max(seconds, shortest)));
  const left = total - lengths.reduce((/** @type {number} */ sum, n) => sum + (n ?? 0), 0);
  const shared = spread(lengths.filter((n) => n === null).map(() => 1), left, shortest);
  return found.map(({ words }, i) => ({ prompt: words, duration: lengths[i] ?? shared.shift() ?? shortest }));
}

/** Say shots in one prompt, a line each. Their lengths are not said. @param {Shot[]} shots */
export const toPrompt = (shots) =>
  shots.map(({ prompt }) => prompt.replace(BLANKS, " ").replace(/^ | $/g, "")).filter((text) => text).join("\nCut to: ");

/**
 * Begin a storyboard with what a prompt says: its shots, at least two where two fit, in a clip that may be had.
 * @param {string} prompt @param {number} total @param {Limits} limits @returns {Shot[]}
 */
export function begin(prompt, total, { low, high, shortest, most }) {
  const shots = toShots(prompt, total, shortest, most);
  const wanted = Math.min(2, most);
  if (shots.length >= wanted) return fit(shots, Math.min(high, Math.max(low, lasting(shots))), shortest);
  const all = [...shots.map((shot) => shot.prompt), "", ""].slice(0, wanted);
  return fit(all.map((words) => ({ prompt: words, duration: 1 })), Math.min(high, Math.max(low, total)), shortest);
}

/** @param {string} prompt @returns {Piece[]} */
function pieces(prompt) {
  const text = unnumbered(prompt.replace(CUT, "\n").replace(SHOT, "\n$1"));
  return text.split("\n").flatMap((line) => {
    const split = line.replace(EDGES, "").replace(BULLET, "").split(new RegExp(LENGTH, "i"));
    const texts = split.filter((_, i) => i % 2 === 0).map((text, i) => (i ? text.replace(DEBRIS, "") : text).replace(EDGES, ""));
    const given = split.filter((_, i) => i % 2 === 1).map(Number);
    const lengths = texts[0] ? [...given, null] : [null, ...given];
    return texts.map((words, i) => ({ words, seconds: lengths[i] ?? null })).filter(({ words }) => words);
  });
}

/** Put a line break in the place of each number of a list that counts from one; a single number is no list. @param {string} text */
function unnumbered(text) {
  let found = "", rest = text, number = 1;
  for (;;) {
    const mark = new RegExp(`${number === 1 ? "(?:^|\\n)[ \\t]*" : "[ \\t\\n]"}${number}[.)][ \\t]+`).exec(rest);
    if (!mark) return number > 2 ? found + rest : text;
    found += `${rest.slice(0, mark.index)}\n`;
    rest = rest.slice(mark.index + mark[0].length);
    number += 1;
  }
}
