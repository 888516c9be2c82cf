// The element that a view's form or panel hangs in.
// @ts-check
import { setUpRoot } from "./widget.js";

/**
 * Give the element that a view's form or panel hangs in, once the view is laid out: a host puts views in place one by one,
 * after they are rendered.
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 * @returns {Promise<HTMLElement>} never settles where the view goes away first, or is not shown
 */
export function studioRoot(el, signal) {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(() => {
      const root = /** @type {HTMLElement | null} */ (el.closest(".kw-studio"));
      if (!root || signal.aborted) return;
      observer.disconnect();
      setUpRoot(root);
      resolve(root);
    });
    observer.observe(el);
    signal.addEventListener("abort", () => observer.disconnect());
  });
}
