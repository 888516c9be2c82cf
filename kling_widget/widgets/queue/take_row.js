// Takes as lines: title, bar or outcome, what may be done, and how it goes in words. Used by the queue and by a cell's output.
// @ts-check
import { create, focused } from "../base/widget.js";

/**
 * One take, as `row.py` says it.
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {"wait" | "run" | "done" | "bad" | "ask" | "off"} tone
 * @property {number} fraction
 * @property {string} status
 * @property {string} words
 * @property {string[]} actions
 * @property {boolean} asks
 * @property {{ prediction: string, words: string }[]} choices
 */

/**
 * Carries out what a person chose of a row: an action, and what belongs to it.
 * @typedef {(row: Row, action: string, fields: Record<string, unknown>) => Promise<unknown>} Act
 */

/** @type {Record<string, string>} what a button for an action says */
const ACTIONS = { edit: "Edit", dismiss: "Dismiss", stop: "Stop", accept: "Use it as it is", again: "Fetch it again" };

/**
 * Show these rows in a list, changing what is there rather than building it anew: bars glide, and focus stays.
 * @param {HTMLElement} list
 * @param {Row[]} rows
 * @param {Act} act
 */
export function showRows(list, rows, act) {
  list.setAttribute("role", "list");
  list.classList.add("kw-rows");
  const held = list.contains(focused(list));
  const there = new Map(Array.from(list.children, (el) => [/** @type {HTMLElement} */ (el).dataset.take, /** @type {HTMLElement} */ (el)]));
  const wanted = new Set(rows.map((row) => row.id));
  for (const [id, el] of there) if (!wanted.has(id ?? "")) el.remove();
  let before = list.firstElementChild;
  for (const row of rows) {
    const el = there.get(row.id) ?? newRow(row.id);
    if (el === before) before = el.nextElementSibling;
    else list.insertBefore(el, before);
    fillRow(el, row, act);
  }
  // The button that was pressed is gone with its row: the keyboard stays here, and does not fall back to the host.
  if (held && !list.contains(focused(list))) {
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
  }
}

/** @param {string} id */
function newRow(id) {
  return create("div", { class: "kw-job", role: "listitem", dataset: { take: id } },
    create("span", { class: "kw-job-title", dir: "auto" }),
    create("span", { class: "kw-job-bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, create("i")),
    create("span", { class: "kw-job-status" }),
    create("span", { class: "kw-job-acts" }),
    create("span", { class: "kw-job-words kw-num" }),
    create("span", { class: "kw-job-choices kw-num" }));
}

/** @param {HTMLElement} el @param {Row} row @param {Act} act */
function fillRow(el, row, act) {
  /** @param {string} name */
  const piece = (name) => /** @type {HTMLElement} */ (el.querySelector(`.kw-job-${name}`));
  el.dataset.tone = row.tone;
  write(piece("title"), row.title);
  piece("title").title = row.title;
  write(piece("status"), row.status);
  write(piece("words"), row.words);
  const shown = Number(el.dataset.fraction ?? 0);
  const fraction = row.tone === "done" ? 1 : Math.max(shown, row.fraction);
  el.dataset.fraction = String(fraction);
  const bar = piece("bar");
  bar.setAttribute("aria-valuenow", String(Math.round(fraction * 100)));
  bar.setAttribute("aria-valuetext", row.words);
  bar.setAttribute("aria-label", row.title);
  /** @type {HTMLElement} */ (bar.firstElementChild).style.transform = `scaleX(${fraction})`;
  /** @param {string} action @param {string} words @param {Record<string, unknown>} [fields] */
  const button = (action, words, fields = {}) =>
    create("button", { class: "kw-quiet", type: "button", onclick: () => once(el, () => act(row, action, fields)) }, words);
  fill(piece("acts"), row.actions, () => row.actions.map((action) => button(action, ACTIONS[action] ?? action)));
  fill(piece("choices"), [row.asks, row.choices], () => !row.asks ? [] : [
    ...(row.choices.length === 0 ? [fieldForId(button)] : []),
    ...row.choices.map(({ prediction, words }) =>
      create("span", { class: "kw-job-choice" }, create("span", { title: words, dir: "auto" }, words), named(button("decide", "This is mine", { prediction }), words))),
    create("span", { class: "kw-job-choice" },
      create("span", {}, row.choices.length === 0 ? "Is it not there? Then it counts as not made, and you may generate it again."
        : "Not among them? Then it counts as not made, and you may generate it again."),
      button("decide", row.choices.length === 0 ? "It was not made" : "None of these: not made", { prediction: null })),
  ]);
}

/**
 * Where the service's list could not be read: its id, as the service's own site shows it.
 * @param {(action: string, words: string, fields: Record<string, unknown>) => HTMLElement} button
 */
function fieldForId(button) {
  const field = create("input", { type: "text", placeholder: "Its id on the service's site", "aria-label": "The prediction's id", spellcheck: "false" });
  /** @type {Record<string, unknown>} read when the button is pressed */
  const fields = { get prediction() { return field.value; } };
  return create("span", { class: "kw-job-choice" }, field, button("decide", "This is mine", fields));
}

/** The same words on several buttons: each is told apart by what it stands beside. @param {HTMLElement} el @param {string} beside */
function named(el, beside) {
  el.setAttribute("aria-label", `${el.textContent}: ${beside}`);
  return el;
}

/** What is there already is left alone: the keyboard stays on it. @param {HTMLElement} el @param {unknown} shown @param {() => HTMLElement[]} build */
function fill(el, shown, build) {
  const text = JSON.stringify(shown);
  if (el.dataset.shown === text) return;
  el.dataset.shown = text;
  el.replaceChildren(...build());
}

/** No second click while the first is under way. @param {HTMLElement} el a row @param {() => Promise<unknown>} act */
function once(el, act) {
  if (el.hasAttribute("aria-busy")) return;
  el.setAttribute("aria-busy", "true");
  act().finally(() => el.removeAttribute("aria-busy"));
}

/** Text that is there already is left alone: a screen reader hears changes only. @param {HTMLElement} el @param {string} text */
function write(el, text) {
  if (el.textContent !== text) el.textContent = text;
}
