// What ipywidgets' controls leave unsaid to assistive technology.
// @ts-check
import { watchTraits } from "../base/widget.js";
import { followArea } from "../elements/name_marks.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {{ getModel: (ref: string) => Promise<Model> }} Host */

/**
 * Tell assistive technology what ipywidgets' controls leave unsaid: which shape is pressed, and where problems appear.
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {Host} host
 * @param {AbortSignal} signal
 */
export async function nameControls(root, model, host, signal) {
  for (const el of root.querySelectorAll(".kw-problem")) el.setAttribute("aria-live", "polite");
  followArea(root, signal, (area) => { area.dir = "auto"; });
  const shapes = root.querySelector(".kw-field-aspect_ratio .widget-toggle-buttons");
  const ref = model.get("fields").aspect_ratio;
  if (!shapes || !ref) return;
  shapes.setAttribute("role", "group");
  shapes.setAttribute("aria-label", "Shape");
  const shape = await host.getModel(ref);
  watchTraits(shape, ["index"], signal, () => {
    shapes.querySelectorAll("button").forEach((button, i) => button.setAttribute("aria-pressed", String(i === shape.get("index"))));
  });
}
