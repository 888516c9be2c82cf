// The prompt's words as this page holds them: read, written anew, and added to where the caret is. No kernel is needed.
// @ts-check
import { saveTraits, watchTraits } from "../base/widget.js";
import { studioRoot } from "../base/root.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {{ getModel: (ref: string) => Promise<Model> }} Host */

/**
 * @typedef {object} Words
 * @property {() => string} read
 * @property {(text: string, caret?: number) => void} write puts a whole text there, and the keyboard into it
 * @property {(words: string) => void} insert puts words where the caret is, in place of what is selected
 * @property {(words: string) => void} append
 * @property {() => void} focus
 * @property {(show: () => void) => void} follow calls now and after every change
 */

/**
 * Put words between what stands before and after, with the commas and blanks that belong between them.
 * @param {string} before
 * @param {string} words
 * @param {string} after
 * @returns {{ text: string, caret: number }} the caret stands behind the words
 */
export function spliced(before, words, after) {
  // At the end, a blank that was typed ahead is no reason to leave the comma out; within a sentence it is a place to write at.
  const head = after.trim() ? before : before.trimEnd();
  const ended = /[.!?…]["”»]?$/.test(head);
  const lead = !head || /[\s([“„«]$/.test(head) ? "" : ended || /[,;:–—-]$/.test(head) ? " " : ", ";
  const sentence = ended ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  const tail = !after.trim() || /^[\s,;:.!?…)\]”»]/.test(after) ? "" : " ";
  const start = head + lead + sentence;
  return { text: start + (after.trim() ? tail + after : ""), caret: start.length };
}

/**
 * @param {Model} model its trait `prompt` names the control
 * @param {HTMLElement} el
 * @param {Host} host
 * @param {AbortSignal} signal
 * @returns {Words}
 */
export function promptWords(model, el, host, signal) {
  /** @type {Model | undefined} */
  let control;
  /** @type {HTMLElement | undefined} */
  let root;
  /** @type {(() => void)[]} */
  const followers = [];
  const arrived = host.getModel(model.get("prompt")).then((found) => { control = found; });
  arrived.then(() => { for (const show of followers) watchTraits(/** @type {Model} */ (control), ["value"], signal, show); }, () => {}); // then nothing can be written
  studioRoot(el, signal).then((found) => { root = found; });

  /** @returns {HTMLTextAreaElement | null} */
  const area = () => root?.querySelector(".kw-field-prompt textarea") ?? null;
  const read = () => control?.get("value") ?? "";
  const focus = () => area()?.focus();

  /** @param {string} text @param {number} [caret] */
  const write = (text, caret = text.length) => {
    if (!control) return;
    control.set("value", text);
    saveTraits(control);
    focus();
    area()?.setSelectionRange(caret, caret);
  };
  /** @param {string} words @param {number} from @param {number} to */
  const put = (words, from, to) => {
    const { text, caret } = spliced(read().slice(0, from), words, read().slice(to));
    write(text, caret);
  };
  return {
    read,
    write,
    focus,
    insert: (words) => put(words, area()?.selectionStart ?? Infinity, area()?.selectionEnd ?? Infinity),
    append: (words) => put(words, Infinity, Infinity),
    follow: (show) => {
      followers.push(show);
      if (control) watchTraits(control, ["value"], signal, show);
    },
  };
}
