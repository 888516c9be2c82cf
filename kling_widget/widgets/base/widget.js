// How a page and its widget exchange messages: commands with ids, each answered once. And what every widget's view is built with.
// @ts-check
import { newFreezer } from "./frozen.js";
import { hostOf } from "./host.js";
import { GONE, KernelGone, kernelIsGone, watchKernel } from "./kernel.js";

/**
 * What the widgets use of anywidget's model.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(content: any, callbacks?: any, buffers?: ArrayBuffer[]) => void} send
 * @property {(event: string, handler: (...args: any[]) => void) => void} on
 * @property {(event: string, handler?: (...args: any[]) => void) => void} off
 */

/**
 * The answer to a command.
 * @typedef {{ re: string, ok: boolean, error?: string, [field: string]: any }} Answer
 */

const SILENCE_MS = 4000;
const UNSENT = `${GONE} Nothing was sent and nothing was charged: run this cell again.`;
const UNANSWERED = `${GONE} It had not answered: run this cell again. If it heard the click, the library has it, and nothing is sent twice.`;

/** @returns {string} an id that no other command has */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/**
 * Send a command and wait for its answer. It is sent once; a busy kernel answers late. Rejects with an `Error` in words where
 * the answer is a refusal or the kernel goes away first, and with the signal's reason where the view does.
 * @param {Model} model
 * @param {string} kind
 * @param {Record<string, any>} fields
 * @param {{ signal: AbortSignal, buffers?: ArrayBuffer[] }} options
 * @returns {Promise<{ answer: Answer, buffers: DataView[] }>}
 */
export function sendCommand(model, kind, fields, { signal, buffers }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    if (kernelIsGone(model)) return reject(new KernelGone(UNSENT));
    const id = newId();
    /** @param {any} answer @param {DataView[]} [received] */
    const receive = (answer, received) => {
      if (!answer || answer.re !== id) return;
      done();
      if (answer.ok) resolve({ answer, buffers: received ?? [] });
      else reject(new Error(answer.error ?? "The kernel refused, and did not say why."));
    };
    const leave = () => {
      done();
      reject(signal.reason);
    };
    const waiting = new AbortController();
    const done = () => {
      waiting.abort();
      model.off("msg:custom", receive);
      signal.removeEventListener("abort", leave);
    };
    model.on("msg:custom", receive);
    signal.addEventListener("abort", leave);
    try {
      model.send({ id, kind, ...fields }, undefined, buffers);
    } catch {
      done();
      return reject(new KernelGone(UNSENT));
    }
    watchKernel(model, waiting.signal, () => {
      done();
      reject(new KernelGone(UNANSWERED));
    });
  });
}

/** Send the traits that were set to the kernel; where it is gone they are set in this page alone. @param {Model} model */
export function saveTraits(model) {
  if (!kernelIsGone(model)) model.save_changes();
}

/** Request a widget's whole state from its kernel. @param {Model} model */
export function requestState(model) {
  try {
    model.send({ id: newId(), kind: "send_state" });
  } catch {
    // The kernel is gone: the view says so.
  }
}

/**
 * Call `show` now and whenever one of the traits changes, until the view goes away. Several changes in one turn are shown once.
 * @param {Model} model
 * @param {string[]} traits
 * @param {AbortSignal} signal
 * @param {() => void} show
 */
export function watchTraits(model, traits, signal, show) {
  let due = false;
  const change = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      if (!signal.aborted) show();
    });
  };
  for (const trait of traits) model.on(`change:${trait}`, change);
  signal.addEventListener("abort", () => {
    for (const trait of traits) model.off(`change:${trait}`, change);
  });
  show();
}

/**
 * Build an element. Text is always text: strings become text nodes, never markup. Where words are typed, they are read from the
 * side that they begin at.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [props] attributes; `class`, `dataset`, `style` (an object of CSS properties), `onclick` and other `on…` handlers
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function create(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  if (tag === "textarea" || (tag === "input" && /^(text|search)$/.test(props.type ?? "text"))) el.dir = "auto";
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "dataset") Object.assign(el.dataset, value);
    else if (name === "style") for (const [key, v] of Object.entries(value)) el.style.setProperty(key, String(v));
    else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : String(value));
  }
  el.append(...children.filter((c) => c !== null && c !== undefined));
  return el;
}

/**
 * Return what has the focus where an element is. Of a widget inside a shadow root, the document knows the root's host alone.
 * @param {Element} near
 * @returns {Element | null} null if nothing has it, or `near` is in no page
 */
export function focused(near) {
  return /** @type {Partial<DocumentOrShadowRoot>} */ (near.getRootNode()).activeElement ?? null;
}

/**
 * Show a few options as buttons side by side. The buttons stay as long as the options do, so that the focus stays too.
 * @param {HTMLElement} group
 * @param {{ key: string, word: string, label?: string }[]} options
 * @param {string} chosen the key of the one that is pressed
 * @param {(key: string) => void} pick
 */
export function showOptions(group, options, chosen, pick) {
  const shown = options.map(({ key, word }) => `${key} ${word}`).join(", ");
  if (group.dataset.options !== shown) {
    group.dataset.options = shown;
    group.replaceChildren(...options.map(({ key, word, label }) =>
      create("button", { type: "button", dataset: { key }, "aria-label": label, onclick: () => pick(key) }, word)));
  }
  for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.key === chosen));
}

const NO_SHORTCUTS = "data-lm-suppress-shortcuts"; // JupyterLab's own attribute

/**
 * Give a widget's element its style, and keep the host's one-letter shortcuts away while the focus is inside. May be called
 * again for the same element.
 * @param {HTMLElement} el
 * @param {...string} classes
 */
export function setUpRoot(el, ...classes) {
  el.classList.add("kw", ...classes);
  if (el.hasAttribute(NO_SHORTCUTS)) return;
  el.setAttribute(NO_SHORTCUTS, "true");
  // It is heeded only from the key's element up to the shortcut's own, and for many that is whatever has the focus: so what
  // gets the focus gets the attribute too.
  el.addEventListener("focusin", (event) => /** @type {Element} */ (event.target).setAttribute(NO_SHORTCUTS, "true"));
  el.addEventListener("focusin", () => { window.addEventListener("keydown", letPass, { capture: true }); });
  el.addEventListener("focusout", () => { window.removeEventListener("keydown", letPass, { capture: true }); });
}

const BOX = ".widget-box, .kw-studio";
const OWN_LINES = ".kw-gone, .kw-screen-gone, .kw-view-gone"; // a panel and a player have words of their own

/**
 * Set up a widget's element, and let it be quiet while its kernel is gone: what asks the kernel is disabled, and a line above
 * it says what to do, once for all that a person put side by side. The line stands over the view, so that nothing moves.
 * @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view
 * @param {...string} classes
 */
export function openView({ model, el, signal }, ...classes) {
  setUpRoot(el, ...classes);
  const line = create("p", { class: "kw-view-gone", role: "alert" }, `${GONE} Run this cell again to go on. Takes under way go on at the service.`);
  /** @type {ReturnType<typeof newFreezer> | null} */
  let freeze = null;
  watchKernel(model, signal, (gone) => {
    const root = /** @type {HTMLElement} */ (el.closest(".kw-studio") ?? el); // a form is one, with the host's controls in it
    freeze ??= newFreezer(root, signal);
    freeze(gone);
    if (!gone) line.remove();
    else if (hostOf() !== "page" && !outermost(root).querySelector(OWN_LINES)) root.append(line);
  }, el);
  signal.addEventListener("abort", () => line.remove());
}

/** The largest box that an element is in. @param {Element} el @returns {Element} */
function outermost(el) {
  const up = el.parentElement?.closest(BOX);
  return up ? outermost(up) : el;
}

/**
 * With Ctrl or Cmd the host's keys are the host's (save, find): the mark is away while such a key goes round. Enter, with
 * which a person generates, stays ours, and so do the keys that edit text.
 * @param {KeyboardEvent} event
 */
function letPass(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || /^(Enter|[acvxyzACVXYZ]|Arrow.*|Home|End|Backspace|Delete)$/.test(event.key)) return;
  /** @type {Element[]} */
  const marked = [];
  for (let el = event.target instanceof Element ? event.target : null; el; el = el.parentElement)
    if (el.hasAttribute(NO_SHORTCUTS)) marked.push(el);
  for (const el of marked) el.removeAttribute(NO_SHORTCUTS);
  setTimeout(() => { for (const el of marked) el.setAttribute(NO_SHORTCUTS, "true"); });
}

/**
 * Request the whole state now and then while something is under way and no change comes: some hosts drop what a background
 * thread sends.
 * @param {Model} model
 * @param {string[]} traits whose changes count
 * @param {AbortSignal} signal
 * @param {() => boolean} underWay whether anything is expected
 */
export function refreshWhenSilent(model, traits, signal, underWay) {
  let latest = Date.now();
  const change = () => { latest = Date.now(); };
  for (const trait of traits) {
    model.on(`change:${trait}`, change);
    signal.addEventListener("abort", () => model.off(`change:${trait}`, change));
  }
  const timer = setInterval(() => {
    if (document.hidden || kernelIsGone(model) || !underWay() || Date.now() - latest < SILENCE_MS) return;
    change();
    requestState(model);
  }, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
}
