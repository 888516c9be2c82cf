// Names in the prompt: marked where they stand, and completed while they are typed. The textarea stays what it is; what is
// drawn lies behind it.
// @ts-check
import { create, focused, newId } from "../base/widget.js";

/** @typedef {{ start: number, end: number, name: string }} Found */

/**
 * What the prompt is told of the elements.
 * @typedef {object} Names
 * @property {() => string[]} ready those that can be chosen
 * @property {(name: string) => boolean} chosen
 * @property {(name: string) => boolean} choose whether there was room for it
 * @property {(name: string) => Node} portrait
 * @property {() => void} heard called when the text has changed
 */

// Scripts that put no space between words, or hang endings on a name, as in elements.py.
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
const IN_WORD = /^[\p{L}\p{N}\p{M}_]$/u;
const ACCENT = /^\p{M}$/u;

const REACH = 24; // characters before the caret in which a name may have begun; one has at most 20
const ENOUGH = 2; // letters after which a name is offered

// What makes text wrap where it does.
const WRAPS = ["font-family", "font-size", "font-style", "font-weight", "font-stretch", "font-kerning", "font-feature-settings",
  "font-variation-settings", "font-variant", "font-optical-sizing", "text-rendering", "text-transform", "line-height", "letter-spacing", "word-spacing",
  "text-indent", "text-align", "direction", "unicode-bidi", "tab-size", "padding", "white-space", "word-break", "overflow-wrap", "line-break", "hyphens"];

/**
 * Find the names that a text holds as whole words, whatever the case: where two could stand, the longer does.
 * @param {string} text
 * @param {string[]} names
 * @returns {Found[]} from the text's beginning to its end, none over another
 */
export function namedIn(text, names) {
  /** @type {Map<number, number>} a character may fold to several: place in the folded text -> place in the text */
  const starts = new Map();
  let whole = "", place = 0;
  for (const character of text) {
    starts.set(whole.length, place);
    whole += foldCase(character);
    place += character.length;
  }
  starts.set(whole.length, place);
  /** @type {Found[]} */
  const found = [];
  const longestFirst = names.filter(Boolean).map((name) => ({ name, key: foldCase(name) })).sort((a, b) => b.key.length - a.key.length);
  for (const { name, key } of longestFirst)
    for (let at = whole.indexOf(key); at >= 0; at = whole.indexOf(key, at + 1)) {
      const start = starts.get(at), end = starts.get(at + key.length);
      if (start === undefined || end === undefined || found.some((other) => start < other.end && other.start < end)) continue;
      if (isWordBoundary(text, start) && isWordBoundary(text, end)) found.push({ start, end, name });
    }
  return found.sort((a, b) => a.start - b.start);
}

/**
 * The names that begin with the word before the caret: with at least two letters of it, or right after an @.
 * @param {string} text
 * @param {number} caret
 * @param {string[]} names
 * @returns {{ start: number, whole: boolean, names: string[] } | null} `start`: where the word (or its @) begins; `whole`: whether
 *   the word is a name already
 */
export function begunAt(text, caret, names) {
  if (!isWordBoundary(text, caret)) return null;
  for (let start = Math.max(0, caret - REACH); start <= caret; start++) {
    const word = text.slice(start, caret), afterAt = text[start - 1] === "@" && !IN_WORD.test(characterBefore(text, start - 1));
    if (!afterAt && (word.length < ENOUGH || !isWordBoundary(text, start))) continue;
    if (/^[\udc00-\udfff]|\s$/.test(word)) continue;
    const key = foldCase(word), fitting = names.filter((name) => foldCase(name).startsWith(key));
    if (fitting.length) return { start: afterAt ? start - 1 : start, whole: fitting.some((name) => foldCase(name) === key), names: fitting };
  }
  return null;
}

/** A text in which case no longer counts. There and back again: a sharp s has no capital in all alphabets. @param {string} text */
function foldCase(text) {
  return Array.from(text, (c) => (c === "ı" ? c : c.toLowerCase().toUpperCase().toLowerCase())).join("");
}

/** Whether a word may begin or end at a place. @param {string} text @param {number} place */
function isWordBoundary(text, place) {
  if (place <= 0 || place >= text.length) return true;
  const before = characterBefore(text, place), after = String.fromCodePoint(text.codePointAt(place) ?? 0);
  return !ACCENT.test(after) && !(isSpaced(before) && isSpaced(after));
}

/** @param {string} character */
function isSpaced(character) {
  return IN_WORD.test(character) && !UNSPACED.test(character);
}

/** @param {string} text @param {number} place */
function characterBefore(text, place) {
  return Array.from(text.slice(Math.max(0, place - 2), Math.max(0, place))).pop() ?? "";
}

/**
 * Write into a textarea as a person would: it can be undone, and everybody hears of it.
 * @param {HTMLTextAreaElement} area
 * @param {number} start
 * @param {number} end what lies between the two is replaced
 * @param {string} text
 */
export function writeInto(area, start, end, text) {
  area.focus();
  area.setSelectionRange(start, end);
  if (document.execCommand?.("insertText", false, text)) return;
  area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/**
 * Call `attach` with the prompt's textarea once it is there, and again where the panel puts another in its place.
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 * @param {(area: HTMLTextAreaElement, signal: AbortSignal) => void} attach its signal ends with the textarea
 */
export function followArea(root, signal, attach) {
  /** @type {Element | null} */
  let area = null;
  let life = new AbortController();
  const findArea = () => {
    const now = root.querySelector(".kw-field-prompt textarea");
    if (now === area) return;
    life.abort();
    life = new AbortController();
    area = now;
    if (now instanceof HTMLTextAreaElement) attach(now, life.signal);
  };
  const watcher = new MutationObserver(findArea);
  watcher.observe(root, { childList: true, subtree: true });
  signal.addEventListener("abort", () => {
    watcher.disconnect();
    life.abort();
  });
  findArea();
}

/**
 * Mark names in a textarea, and complete them.
 * @param {HTMLTextAreaElement} area
 * @param {Names} names
 * @param {AbortSignal} signal
 * @returns {() => void} draws the marks anew: the names or what is chosen have changed
 */
export function markNames(area, names, signal) {
  const words = create("div", { class: "kw-marks-words" });
  const layer = create("div", { class: "kw-marks", "aria-hidden": "true" }, words);
  const parent = /** @type {HTMLElement} */ (area.parentElement);
  area.before(layer);
  parent.classList.add("kw-marked");

  const scroll = () => { words.style.transform = `translate(${-area.scrollLeft}px, ${-area.scrollTop}px)`; };
  const place = () => {
    const style = getComputedStyle(area);
    for (const name of WRAPS) words.style.setProperty(name, style.getPropertyValue(name));
    // To the fraction of a pixel: a word may wrap for less. A scrollbar takes whole ones.
    const [width, left, right] = [style.width, style.borderLeftWidth, style.borderRightWidth].map((length) => parseFloat(length) || 0);
    const outside = style.boxSizing === "border-box" ? 0 : parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    const bar = area.offsetWidth - area.clientWidth - Math.round(left ?? 0) - Math.round(right ?? 0);
    words.style.width = `${(width ?? 0) + outside - (style.boxSizing === "border-box" ? (left ?? 0) + (right ?? 0) : 0) - bar}px`;
    layer.style.left = `${area.offsetLeft + area.clientLeft}px`;
    layer.style.top = `${area.offsetTop + area.clientTop}px`;
    layer.style.width = `${area.offsetWidth - 2 * area.clientLeft}px`; // a scrollbar has the same ground
    layer.style.height = `${area.clientHeight}px`;
    scroll();
  };
  const draw = () => {
    const text = area.value;
    let at = 0;
    const pieces = namedIn(text, names.ready()).flatMap(({ start, end, name }) => {
      const between = text.slice(at, start);
      at = end;
      return [between, create("mark", { dataset: { chosen: names.chosen(name) ? "yes" : "no" } }, text.slice(start, end))];
    });
    words.replaceChildren(...pieces, text.slice(at));
    place(); // a scrollbar may have come
  };
  const offers = completeNames(area, words, names, signal);
  const relaid = () => {
    place();
    offers.place();
  };
  const watcher = new ResizeObserver(relaid);
  watcher.observe(area);
  const restyled = new MutationObserver(relaid); // a font or a direction may change and leave the size as it is
  for (const el of [area, document.body]) restyled.observe(el, { attributes: true });
  area.addEventListener("scroll", scroll, { signal });
  area.addEventListener("input", () => { draw(); names.heard(); }, { signal });
  document.fonts?.ready.then(() => { if (!signal.aborted) relaid(); });
  signal.addEventListener("abort", () => {
    watcher.disconnect();
    restyled.disconnect();
    layer.remove();
    parent.classList.remove("kw-marked");
  });
  draw();
  return () => {
    draw();
    offers.renew();
  };
}

/**
 * Offer names while they are typed.
 * @param {HTMLTextAreaElement} area
 * @param {HTMLElement} mirror the same text, laid out the same
 * @param {Names} names
 * @param {AbortSignal} signal
 * @returns {{ renew: () => void, place: () => void }} `renew` offers what is being typed again, when the names have changed;
 *   `place` puts the list below its word again, when the text is laid out anew
 */
function completeNames(area, mirror, names, signal) {
  const field = /** @type {HTMLElement} */ (area.closest(".kw-field-prompt"));
  const list = create("ul", { class: "kw-offers", role: "listbox", id: `kw-offers-${newId()}`, "aria-label": "Elements", hidden: true });
  field.append(list);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);

  /** @type {{ start: number, caret: number, names: string[] } | null} */
  let offer = null;
  let active = -1, turnedDown = -1, taking = false, typed = "";

  const close = () => {
    offer = null;
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
  };
  /** @param {number} to */
  const move = (to) => {
    active = to;
    Array.from(list.children, (option, i) => option.setAttribute("aria-selected", String(i === active)));
    const chosen = list.children[active];
    if (chosen) area.setAttribute("aria-activedescendant", chosen.id);
    else area.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  };
  /** @param {string} name */
  const take = (name) => {
    if (!offer) return;
    const { start, caret } = offer;
    close();
    names.choose(name);
    taking = true;
    writeInto(area, start, caret, name);
    taking = false;
  };
  const consider = () => {
    const caret = area.selectionStart;
    typed = taking ? "" : area.value.slice(0, caret);
    const begun = taking || caret !== area.selectionEnd ? null : begunAt(area.value, caret, names.ready());
    // What is written out and chosen needs nothing more.
    const written = foldCase(area.value.slice(begun?.start ?? 0, caret).replace(/^@/, ""));
    const fitting = begun?.names.filter((name) => foldCase(name) !== written || !names.chosen(name)) ?? [];
    if (!begun || begun.start !== turnedDown) turnedDown = -1;
    if (!begun || !fitting.length || turnedDown >= 0) return close();
    offer = { start: begun.start, caret, names: fitting };
    list.replaceChildren(...fitting.map((name, i) => create("li", { role: "option", id: `${list.id}-${i}`, onclick: () => take(name) },
      names.portrait(name), create("span", { dir: "auto" }, name))));
    list.hidden = false;
    // Where the word is a name already, Enter is a new line until an arrow says otherwise.
    move(begun.whole ? -1 : 0);
    place();
  };
  const place = () => {
    if (!offer) return;
    const at = placeOf(mirror, offer.start), ground = field.getBoundingClientRect();
    list.style.top = `${at.bottom - ground.top + 4}px`;
    list.style.left = `${Math.max(0, Math.min(at.left - ground.left - 6, ground.width - list.offsetWidth))}px`;
  };
  area.addEventListener("input", (event) => { if (!(/** @type {InputEvent} */ (event).isComposing)) consider(); }, { signal });
  area.addEventListener("compositionend", consider, { signal });
  area.addEventListener("blur", () => {
    typed = "";
    close();
  }, { signal });
  area.addEventListener("scroll", place, { signal });
  document.addEventListener("selectionchange", () => { if (offer && area.selectionEnd !== offer.caret) close(); }, { signal });
  document.addEventListener("keydown", ({ ctrlKey, metaKey }) => { if (ctrlKey || metaKey) close(); }, { signal, capture: true });
  list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the keyboard stays in the text
  area.addEventListener("keydown", (event) => {
    if (!offer || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const count = offer.names.length, chosen = offer.names[active];
    if (event.key === "ArrowDown") move((active + 1) % count);
    else if (event.key === "ArrowUp") move((Math.max(active, 0) + count - 1) % count);
    else if (event.key === "Escape") {
      turnedDown = offer.start;
      close();
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen) take(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
  signal.addEventListener("abort", () => {
    list.remove();
    for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) area.removeAttribute(name);
  });
  const renew = () => { if (typed && !offer && focused(field) === area && area.value.slice(0, area.selectionStart) === typed) consider(); };
  return { renew, place };
}

/** Where a character of a text stands on the page. @param {HTMLElement} mirror @param {number} offset @returns {DOMRect} */
function placeOf(mirror, offset) {
  const texts = document.createTreeWalker(mirror, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const length = /** @type {Text} */ (node).length;
    if (offset < length) {
      const range = document.createRange();
      range.setStart(node, offset);
      range.setEnd(node, offset + 1);
      return range.getBoundingClientRect();
    }
    offset -= length;
  }
  return mirror.getBoundingClientRect();
}
