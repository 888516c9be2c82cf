// Whether the kernel that a widget belongs to is still there. A busy one is; one that was restarted, shut down or killed is
// not. A view then stays as it was, and says so; nothing in it talks to anybody any more.
// @ts-check

/** @typedef {import("./widget.js").Model} Model */

const KERNEL_LOOK_MS = 1000; // between two looks: a kernel that is shut down closes no channel, so that no event tells of it
const CLOSED = "jupyter-widgets-disconnected"; // Jupyter's own mark on a view whose channel to its kernel is closed

export const GONE = "The kernel was restarted or is gone.";

/** Nobody will answer any more: no fault of what was asked. */
export class KernelGone extends Error {}

/**
 * What this page knows of a model's kernel.
 * @typedef {object} Known
 * @property {boolean} closed whether the model's channel was closed
 * @property {Set<Element>} views those of the model
 */

/** @type {WeakMap<Model, Known>} */
const KNOWN = new WeakMap();

/** @param {Model} model @returns {Known} */
function knownOf(model) {
  const known = KNOWN.get(model) ?? { closed: false, views: new Set() };
  KNOWN.set(model, known);
  return known;
}

/**
 * Whether a model's kernel is gone. What can't be known counts as there.
 * @param {Model} model
 */
export function kernelIsGone(model) {
  const { closed, views } = knownOf(model);
  if (closed) return true;
  for (const view of views) if (view.closest(`.${CLOSED}`)) return true;
  const manager = /** @type {any} */ (model).widget_manager;
  if (!manager || !("kernel" in manager)) return false; // other hosts than JupyterLab and Notebook
  const { kernel } = manager;
  return !kernel || kernel.isDisposed === true || kernel.status === "dead" || kernel.connectionStatus === "disconnected";
}

/**
 * Call `show` once the kernel is gone, and should it come back, until the signal ends.
 * @param {Model} model
 * @param {AbortSignal} signal
 * @param {(gone: boolean) => void} show
 * @param {Element} [view] the view's own element: a saved one that has no kernel is marked from its beginning
 */
export function followKernel(model, signal, show, view) {
  if (signal.aborted) return;
  const known = knownOf(model);
  let gone = false;
  const look = () => {
    if (kernelIsGone(model) === gone) return;
    gone = !gone;
    show(gone);
  };
  /** Said when a channel closes; a kernel that is restarted closes all of them. @param {unknown[]} said */
  const close = (...said) => {
    if (said.length) return; // some other event
    known.closed = true;
    look();
  };
  if (view) known.views.add(view);
  const timer = setInterval(look, KERNEL_LOOK_MS);
  model.on("comm_live_update", close);
  signal.addEventListener("abort", () => {
    if (view) known.views.delete(view);
    clearInterval(timer);
    model.off("comm_live_update", close);
  });
  look();
}
