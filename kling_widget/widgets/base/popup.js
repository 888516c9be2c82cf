// What pops up goes away again: on a click elsewhere, on Escape, and when the keyboard moves on.
// @ts-check
import { focused } from "./widget.js";

/**
 * @param {AbortSignal} signal
 * @param {object} popup
 * @param {() => boolean} popup.isOpen
 * @param {Element[]} popup.elements what belongs to it, its opener too
 * @param {HTMLElement} popup.opener gets the keyboard back from inside
 * @param {() => void} popup.hide
 * @param {() => boolean} [popup.keeps] whether it holds what a person has typed: then only Escape and its opener close it
 * @returns {() => void} closes it
 */
export function closeElsewhere(signal, { isOpen, elements, opener, hide, keeps = () => false }) {
  /** @param {EventTarget[]} path */
  const inside = (path) => elements.some((element) => path.includes(element));
  const holdsFocus = () => elements.some((element) => element.contains(focused(element)));
  const close = () => {
    if (!isOpen()) return;
    const held = holdsFocus();
    hide();
    if (held) opener.focus({ preventScroll: true });
  };
  const capture = { signal, capture: true };
  /** @param {Event} event */
  const elsewhere = (event) => { if (isOpen() && !keeps() && !inside(event.composedPath())) hide(); };
  document.addEventListener("pointerdown", elsewhere, capture);
  document.addEventListener("focusin", elsewhere, capture);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || !isOpen()) return;
    if (inside(event.composedPath())) event.stopPropagation(); // the host has a meaning for it too
    close();
  }, capture);
  return close;
}
