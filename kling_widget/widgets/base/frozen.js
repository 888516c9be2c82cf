// A view whose kernel is gone: what plays goes on playing, words can be copied, and all that would ask the kernel is disabled.
// @ts-check

const CONTROLS = "button, input, select, textarea";
const FREE = ".kw-film, .kw-track, .kw-controls, .kw-comparing"; // what the page does by itself
const ASKS = "[data-asks]"; // the exceptions in there

/** @typedef {HTMLButtonElement | HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/**
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 * @returns {(frozen: boolean) => void} freezes the view, or lets it go as it was before
 */
export function newFreezer(root, signal) {
  /** @type {Set<Control>} */
  const held = new Set();
  const hold = () => {
    for (const control of /** @type {NodeListOf<Control>} */ (root.querySelectorAll(CONTROLS))) {
      if (control.disabled || held.has(control) || (control.closest(FREE) && !control.matches(ASKS))) continue;
      held.add(control);
      setFrozen(control, true);
    }
  };
  const watcher = new MutationObserver(hold);
  signal.addEventListener("abort", () => watcher.disconnect());
  return (frozen) => {
    root.classList.toggle("kw-frozen", frozen);
    if (frozen) {
      hold();
      watcher.observe(root, { childList: true, subtree: true });
      return;
    }
    watcher.disconnect();
    for (const control of held) setFrozen(control, false);
    held.clear();
  };
}

/** @param {Control} control @param {boolean} frozen */
function setFrozen(control, frozen) {
  if (control instanceof HTMLTextAreaElement) control.readOnly = frozen; // its words can still be taken along
  else control.disabled = frozen;
}
