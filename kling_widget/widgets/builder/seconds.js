// How long the clip will be: a track to slide, a number to type, and two lengths to click. All three move at once, here in the
// page: a busy kernel never leaves them apart.
// @ts-check
import { create, focused, openView, saveTraits, showOptions, watchTraits } from "../base/widget.js";

/** @typedef {import("../base/widget.js").Model} Model */

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  openView({ model, el, signal }, "kw-seconds");
  const label = create("span", { class: "kw-label" }, "Seconds");
  const track = create("input", { type: "range", class: "kw-slide", step: 1, "aria-label": "Seconds" });
  const number = create("input", { type: "number", class: "kw-number kw-num", step: 1, "aria-label": "Seconds, as a number" });
  const picks = create("span", { class: "kw-seg kw-num", role: "group", "aria-label": "Usual lengths" });
  el.append(label, track, number, picks);

  /** @param {unknown} value */
  const choose = (value) => {
    model.set("value", value);
    saveTraits(model);
  };
  track.addEventListener("input", () => choose(track.valueAsNumber), { signal });
  number.addEventListener("input", () => {
    if (number.value !== "" && Number.isFinite(number.valueAsNumber)) choose(number.valueAsNumber);
  }, { signal });
  number.addEventListener("blur", show, { signal });

  function show() {
    const value = model.get("value");
    const low = model.get("low"), high = model.get("high");
    track.min = String(low);
    track.max = String(high);
    const at = Math.min(high, Math.max(low, Number.isFinite(Number(value)) ? Number(value) : low));
    track.value = String(at);
    track.style.setProperty("--kw-at", String((at - low) / Math.max(1, high - low)));
    track.setAttribute("aria-valuetext", `${at} seconds`);
    if (focused(number) !== number || Number(number.value) !== Number(value)) number.value = String(value);
    number.setAttribute("aria-invalid", String(Boolean(model.get("problem"))));
    /** @type {number[]} */
    const quick = model.get("quick");
    showOptions(picks, quick.map((n) => ({ key: String(n), word: String(n), label: `${n} seconds` })), String(value), (n) => choose(Number(n)));
    picks.hidden = quick.length === 0;
  }
  watchTraits(model, ["value", "low", "high", "quick", "problem"], signal, show);
}

export default { render };
