// Draft or final: the cheapest clip to try a prompt with, or the one that is meant. Two lengths and sounds, one click apart.
// @ts-check
import { create, openView, saveTraits, showOptions, watchTraits } from "../base/widget.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {{ duration?: number, sound?: boolean }} Kind */

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: { getModel: (ref: string) => Promise<Model> } }} view */
async function render({ model, el, signal, host }) {
  openView({ model, el, signal }, "kw-draft");
  const group = create("span", { class: "kw-seg", role: "group", "aria-label": "Draft or final" });
  el.append(group);
  const [duration, sound] = await Promise.all([host.getModel(model.get("duration")), host.getModel(model.get("sound"))]);
  if (signal.aborted) return;

  const now = () => /** @type {Kind} */ ({ duration: duration.get("value"), sound: sound.get("value") });
  const drafted = () => same(now(), model.get("draft"));
  /** @param {Kind} kind */
  const become = (kind) => {
    for (const [control, value] of /** @type {const} */ ([[duration, kind.duration], [sound, kind.sound]])) {
      control.set("value", value);
      saveTraits(control);
    }
  };
  /** @param {string} key */
  const pick = (key) => {
    if (key === "draft" && !drafted()) become(model.get("draft"));
    if (key === "final" && drafted()) become(model.get("final"));
  };
  const show = () => {
    if (!("duration" in model.get("draft"))) return; // another model is being chosen
    if (!drafted() && !same(now(), model.get("final"))) { // what a person sets is the final one from now on
      model.set("final", now());
      saveTraits(model);
    }
    const { duration: seconds, sound: heard } = /** @type {Kind} */ (model.get("draft"));
    group.title = `A draft is ${seconds} s, ${heard ? "with sound" : "silent"}: the cheapest way to try a prompt.`;
    showOptions(group, [{ key: "draft", word: "Draft" }, { key: "final", word: "Final" }], drafted() ? "draft" : "final", pick);
  };
  for (const control of [duration, sound]) watchTraits(control, ["value"], signal, show);
  watchTraits(model, ["draft", "final"], signal, show);
}

/** @param {Kind} one @param {Kind} other */
function same(one, other) {
  return one.duration === other.duration && one.sound === other.sound;
}

export default { render };
