// The panel's own element: found once a view hangs in it.
// @ts-check
import { setUpRoot } from "./widget.js";

/**
 * Wait until a view hangs in its panel, and give the panel's element. A host puts views in place one by one, after they are
 * rendered.
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 * @returns {Promise<HTMLElement>} never settles where the view goes away first
 */
export function studioRoot(el, signal) {
  return new Promise((resolve) => {
    const look = () => {
      if (signal.aborted) return;
      const root = /** @type {HTMLElement | null} */ (el.isConnected ? el.closest(".kw-studio") : null);
      if (!root) return void setTimeout(look, 20);
      setUpRoot(root);
      resolve(root);
    };
    look();
  });
}
