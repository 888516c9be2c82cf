// Whether a widget's kernel still runs. A busy one does; one that was restarted, shut down or killed does not. A view then stays
// as it was, and says so; it sends nothing any more.
// @ts-check

/** @typedef {import("./widget.js").Model} Model */

const CHECK_MS = 1000; // a kernel that is shut down closes no channel, so that no event tells of it
const CLOSED = "jupyter-widgets-disconnected"; // Jupyter's own mark on a view whose channel to its kernel is closed

export const GONE = "The kernel was restarted or is gone.";

/** No answer will come: no fault of the command. */
export class KernelGone extends Error {}

/**
 * What this page has seen of a model's kernel.
 * @typedef {object} KernelState
 * @property {boolean} closed whether the model's channel was closed
 * @property {Set<Element>} views those of the model
 */

/** @type {WeakMap<Model, KernelState>} */
const STATES = new WeakMap();

/** @param {Model} model @returns {KernelState} */
function stateOf(model) {
  const state = STATES.get(model) ?? { closed: false, views: new Set() };
  STATES.set(model, state);
  return state;
}

/**
 * Tell whether a model's kernel is gone. Where the host does not say, it is not.
 * @param {Model} model
 */
export function kernelIsGone(model) {
  const { closed, views } = stateOf(model);
  if (closed) return true;
  for (const view of views) if (view.closest(`.${CLOSED}`)) return true;
  const manager = /** @type {any} */ (model).widget_manager;
  if (!manager || !("kernel" in manager)) return false; // other hosts than JupyterLab and Notebook
  const { kernel } = manager;
  return !kernel || kernel.isDisposed === true || kernel.status === "dead" || kernel.connectionStatus === "disconnected";
}

/**
 * Call `show` when the kernel goes away, and if it comes back, until the signal ends.
 * @param {Model} model
 * @param {AbortSignal} signal
 * @param {(gone: boolean) => void} show
 * @param {Element} [view] the view's own element: a saved one that has no kernel is marked from its beginning
 */
export function watchKernel(model, signal, show, view) {
  if (signal.aborted) return;
  const state = stateOf(model);
  let gone = false;
  const check = () => {
    if (kernelIsGone(model) === gone) return;
    gone = !gone;
    show(gone);
  };
  /** A channel closes: a kernel that is restarted closes all of them. @param {unknown[]} details those of other events */
  const close = (...details) => {
    if (details.length) return;
    state.closed = true;
    check();
  };
  if (view) state.views.add(view);
  const timer = setInterval(check, CHECK_MS);
  model.on("comm_live_update", close);
  signal.addEventListener("abort", () => {
    if (view) state.views.delete(view);
    clearInterval(timer);
    model.off("comm_live_update", close);
  });
  check();
}
