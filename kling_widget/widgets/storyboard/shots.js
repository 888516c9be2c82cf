// What can be done with the shots of a storyboard: pure functions from shots to shots. Those that code without a page needs too
// are in kling_widget/storyboard.py, with the same results.
// @ts-check

/** One shot, as the API takes it: its words, and its length in whole seconds. @typedef {{ prompt: string, duration: number }} Shot */
/** Seconds of a clip and of a shot, and how many shots. @typedef {{ low: number, high: number, shortest: number, most: number }} Limits */
/** A prompt's piece, and its length where the prompt names one. @typedef {{ words: string, seconds: number | null }} Piece */

/** @param {Shot[]} shots the clip's seconds */
export const lasting = (shots) => shots.reduce((sum, { duration }) => sum + duration, 0);

/** @param {Shot[]} shots the seconds before a shot @param {number} index */
export const startOf = (shots, index) => lasting(shots.slice(0, index));

/** @param {Shot[]} some @param {Shot[]} others */
export const alike = (some, others) =>
  some.length === others.length && some.every((shot, i) => shot.prompt === others[i]?.prompt && shot.duration === others[i]?.duration);

/** How many characters a text has, as Python counts them. @param {string} text */
export const lettersOf = (text) => Array.from(text).length;

/**
 * Share out whole seconds by weight, the largest remainders first, with nobody below the shortest.
 * @param {number[]} weights @param {number} total @param {number} shortest
 */
export function spread(weights, total, shortest) {
  const lengths = weights.map(() => shortest);
  const weigh = () => free.reduce((sum, { weight }) => sum + weight, 0);
  let free = weights.map((weight, index) => ({ weight, index }));
  let rest = Math.max(total, shortest * weights.length);
  for (;;) {
    const all = weigh();
    const enough = free.filter(({ weight }) => weight * rest >= shortest * all);
    if (enough.length === free.length) break;
    rest -= shortest * (free.length - enough.length);
    free = enough;
  }
  const all = weigh();
  for (const { weight, index } of free) lengths[index] = Math.floor((weight * rest) / all);
  const left = rest - free.reduce((sum, { index }) => sum + (lengths[index] ?? 0), 0);
  const first = [...free].sort((a, b) => ((b.weight * rest) % all) - ((a.weight * rest) % all) || a.index - b.index);
  for (const { index } of first.slice(0, left)) lengths[index] = (lengths[index] ?? 0) + 1;
  return lengths;
}

/** @param {Shot[]} shots the same words with other lengths @param {number[]} lengths @returns {Shot[]} */
export const lengthened = (shots, lengths) => shots.map(({ prompt, duration }, i) => ({ prompt, duration: lengths[i] ?? duration }));

/**
 * Give shots other lengths, in proportion, that add up to the clip's; it is as long as they need where it is too short.
 * @param {Shot[]} shots @param {number} total @param {number} shortest @returns {Shot[]}
 */
export const fit = (shots, total, shortest) =>
  lengthened(shots, spread(shots.map(({ duration }) => Math.max(1, duration)), total, shortest));

/**
 * Move the border after a shot: it gains seconds from the next one (or loses some), as far as both stay long enough.
 * @param {Shot[]} shots @param {number} index of the shot before the border @param {number} seconds @param {number} shortest @returns {Shot[]}
 */
export function trade(shots, index, seconds, shortest) {
  const one = shots[index], next = shots[index + 1];
  if (!one || !next) return shots;
  const gain = Math.max(Math.min(0, shortest - one.duration), Math.min(Math.max(0, next.duration - shortest), seconds));
  return lengthened(shots, shots.map(({ duration }, i) => duration + (i === index ? gain : i === index + 1 ? -gain : 0)));
}

/** @param {Shot[]} shots @param {number} from @param {number} to @returns {Shot[]} */
export function move(shots, from, to) {
  const shot = shots[from];
  if (!shot || to < 0 || to >= shots.length) return shots;
  const others = shots.filter((_, i) => i !== from);
  return [...others.slice(0, to), shot, ...others.slice(to)];
}

/**
 * Where a shot that is dragged along the line belongs: past each shot whose middle its leading edge has passed.
 * @param {Shot[]} shots @param {number} from @param {number} seconds how far it was dragged
 */
export function placeAt(shots, from, seconds) {
  const start = startOf(shots, from) + seconds, end = startOf(shots, from + 1) + seconds;
  const middles = shots.map(({ duration }, i) => startOf(shots, i) + duration / 2);
  const after = middles.filter((middle, i) => i > from && middle < end).length;
  return from + after - middles.filter((middle, i) => i < from && middle > start).length;
}

/** Make one shot of two. @param {Shot[]} shots @param {number} index of the first @returns {Shot[]} */
export function join(shots, index) {
  const one = shots[index], next = shots[index + 1];
  if (!one || !next) return shots;
  const prompt = [one.prompt, next.prompt].filter((text) => text.trim()).join(" ");
  return [...shots.slice(0, index), { prompt, duration: one.duration + next.duration }, ...shots.slice(index + 2)];
}

/** Why no shot can be added; empty if one can. @param {Shot[]} shots @param {Limits} limits */
export function whyNoMore(shots, { high, shortest, most }) {
  if ((shots.length + 1) * shortest > high)
    return `Full: a clip has at most ${high} s and a shot at least ${shortest} s, so no other fits.`;
  return shots.length >= most ? `Full: a storyboard has at most ${most} shots.` : "";
}

/**
 * Make room for more seconds and one more shot: the clip becomes longer by them; where it can't, the longest shots give.
 * @param {Shot[]} shots @param {number} seconds @param {Limits} limits @param {number} [spared] the shot that gives none @returns {Shot[]}
 */
function lengthenedFor(shots, seconds, { high, shortest }, spared = -1) {
  const before = lasting(shots), wanted = before + seconds;
  const total = wanted <= high ? wanted : Math.max(before, shortest * (shots.length + 1));
  const lengths = shots.map(({ duration }) => duration);
  for (let owed = wanted - total; owed > 0; owed -= 1) {
    const givers = lengths.map((n, i) => (i === spared ? 0 : n));
    const longest = givers.indexOf(Math.max(...givers));
    lengths[longest] = (lengths[longest] ?? 0) - 1;
  }
  return lengthened(shots, lengths);
}

/** Add an empty shot of the shortest length at the end. @param {Shot[]} shots @param {Limits} limits @returns {Shot[]} */
export const add = (shots, limits) =>
  whyNoMore(shots, limits) ? shots : [...lengthenedFor(shots, limits.shortest, limits), { prompt: "", duration: limits.shortest }];

/**
 * Make two shots of one, each about half as long; what they lack is made room for. The words after the caret go to the second, a
 * word in two never; all stay in the first where there is no caret.
 * @param {Shot[]} shots @param {number} index @param {Limits} limits @param {number | null} caret @returns {Shot[]}
 */
export function split(shots, index, limits, caret = null) {
  const shot = shots[index];
  if (!shot || whyNoMore(shots, limits)) return shots;
  const { prompt } = shot, duration = Math.max(shot.duration, 2 * limits.shortest);
  let at = caret ?? prompt.length;
  if (/\S/.test(prompt[at] ?? " ")) while (at > 0 && /\S/.test(prompt[at - 1] ?? " ")) at -= 1;
  const first = Math.ceil(duration / 2);
  return lengthenedFor(shots, duration - shot.duration, limits, index).flatMap((one, i) => i !== index ? [one] : [
    { prompt: caret === null ? prompt : prompt.slice(0, at).trimEnd(), duration: first },
    { prompt: prompt.slice(at).trimStart(), duration: duration - first },
  ]);
}

/** Take a shot away, and its seconds with it, as far as a clip may be that short. @param {Shot[]} shots @param {number} index @param {Limits} limits @returns {Shot[]} */
export function remove(shots, index, { low, shortest }) {
  if (shots.length < 2 || !shots[index]) return shots;
  const others = shots.filter((_, i) => i !== index);
  return fit(others, Math.max(low, lasting(others)), shortest);
}

/** Where the ruler has a number: every second as long as there is room. @param {number} total @returns {number[]} */
export function marks(total) {
  const step = total <= 6 ? 1 : total <= 12 ? 2 : 3;
  return [...Array(Math.max(0, Math.ceil(total / step))).keys()].map((n) => n * step).filter((at) => at <= total - step).concat(total);
}
