// How a page talks with its widget: commands with ids, each answered once; small pieces that every face builds with.
// @ts-check
import { followKernel, GONE, kernelIsGone, KernelGone } from "./kernel.js";

/**
 * The part of anywidget's model that the faces use.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(content: any, callbacks?: any, buffers?: ArrayBuffer[]) => void} send
 * @property {(event: string, handler: (...args: any[]) => void) => void} on
 * @property {(event: string, handler?: (...args: any[]) => void) => void} off
 */

/**
 * What a command was answered.
 * @typedef {{ re: string, ok: boolean, error?: string, [field: string]: any }} Answer
 */

const UNSENT = `${GONE} Nothing was sent and nothing was charged: run this cell again.`;
const UNANSWERED = `${GONE} It had not answered: run this cell again. If it heard the click, the library has it, and nothing is sent twice.`;

/** @returns {string} an id that no other command has */
export function freshId() {
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
export function ask(model, kind, fields, { signal, buffers }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    if (kernelIsGone(model)) return reject(new KernelGone(UNSENT));
    const id = freshId();
    /** @param {any} answer @param {DataView[]} [parts] */
    const hear = (answer, parts) => {
      if (!answer || answer.re !== id) return;
      done();
      if (answer.ok) resolve({ answer, buffers: parts ?? [] });
      else reject(new Error(answer.error ?? "The kernel refused, and did not say why."));
    };
    const leave = () => {
      done();
      reject(signal.reason);
    };
    const waiting = new AbortController();
    const done = () => {
      waiting.abort();
      model.off("msg:custom", hear);
      signal.removeEventListener("abort", leave);
    };
    model.on("msg:custom", hear);
    signal.addEventListener("abort", leave);
    try {
      model.send({ id, kind, ...fields }, undefined, buffers);
    } catch {
      done();
      return reject(new KernelGone(UNSENT));
    }
    followKernel(model, waiting.signal, () => {
      done();
      reject(new KernelGone(UNANSWERED));
    });
  });
}

/**
 * Call `show` now and whenever one of the traits changes, until the view goes away. Several changes in one turn are shown once.
 * @param {Model} model
 * @param {string[]} traits
 * @param {AbortSignal} signal
 * @param {() => void} show
 */
export function follow(model, traits, signal, show) {
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
export function h(tag, props = {}, ...children) {
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
 * What has the keyboard where an element is. Of a widget inside of a shadow root, the document knows the root's host alone.
 * @param {Element} near
 * @returns {Element | null} null where nothing has it, or `near` is in no page
 */
export function focused(near) {
  return /** @type {Partial<DocumentOrShadowRoot>} */ (near.getRootNode()).activeElement ?? null;
}

/**
 * Show a few options as buttons side by side. The buttons stay while the options do, and the keyboard with them.
 * @param {HTMLElement} group
 * @param {{ key: string, word: string, label?: string }[]} options
 * @param {string} chosen the key of the one that is pressed
 * @param {(key: string) => void} pick
 */
export function choices(group, options, chosen, pick) {
  const known = options.map(({ key, word }) => `${key} ${word}`).join(", ");
  if (group.dataset.known !== known) {
    group.dataset.known = known;
    group.replaceChildren(...options.map(({ key, word, label }) =>
      h("button", { type: "button", dataset: { key }, "aria-label": label, onclick: () => pick(key) }, word)));
  }
  for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.key === chosen));
}

const OURS = "data-lm-suppress-shortcuts"; // the host's own word for it

/**
 * Mark a widget's element as ours: the look, and none of the host's one-letter shortcuts while it has the keyboard. May be
 * called again for the same element.
 * @param {HTMLElement} el
 * @param {...string} classes
 */
export function dress(el, ...classes) {
  el.classList.add("kw", ...classes);
  if (el.hasAttribute(OURS)) return;
  el.setAttribute(OURS, "true");
  // It is heeded only from the key's element up to the shortcut's own, and for many that is whatever has the focus: so what
  // gets the focus gets the attribute too.
  el.addEventListener("focusin", (event) => /** @type {Element} */ (event.target).setAttribute(OURS, "true"));
  el.addEventListener("focusin", () => { window.addEventListener("keydown", letPass, { capture: true }); });
  el.addEventListener("focusout", () => { window.removeEventListener("keydown", letPass, { capture: true }); });
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
    if (el.hasAttribute(OURS)) marked.push(el);
  for (const el of marked) el.removeAttribute(OURS);
  setTimeout(() => { for (const el of marked) el.setAttribute(OURS, "true"); });
}

/**
 * A page whose messages were lost (some hosts drop what a background thread sends) asks for everything now and then, while
 * there is something under way and nothing was heard for a while.
 * @param {Model} model
 * @param {string[]} traits whose changes count as having heard
 * @param {AbortSignal} signal
 * @param {() => boolean} underWay whether anything is expected
 */
export function askWhenSilent(model, traits, signal, underWay) {
  let heard = Date.now();
  for (const trait of traits) {
    const hear = () => { heard = Date.now(); };
    model.on(`change:${trait}`, hear);
    signal.addEventListener("abort", () => model.off(`change:${trait}`, hear));
  }
  const timer = setInterval(() => {
    if (document.hidden || kernelIsGone(model) || !underWay() || Date.now() - heard < 4000) return;
    heard = Date.now();
    model.send({ id: freshId(), kind: "tell" });
  }, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
}
