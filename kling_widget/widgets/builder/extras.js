// The inputs that a plain control is enough for: switches, choices, numbers, words, JSON.
// @ts-check
import { create, focused, openView, saveTraits, showOptions, watchTraits } from "../base/widget.js";

/** @typedef {import("../base/widget.js").Model} Model */
/**
 * @typedef {object} Extra
 * @property {string} name
 * @property {string} label
 * @property {"switch" | "choice" | "number" | "text" | "json"} kind
 * @property {any} default
 * @property {string} help
 * @property {[string, string][]} options
 * @property {number | null} low
 * @property {number | null} high
 * @property {boolean} whole
 */

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  openView({ model, el, signal }, "kw-extras");
  /** @type {Map<string, () => void>} what shows an input's value and problem anew */
  const shows = new Map();
  /** @param {string} name @param {any} value */
  const set = (name, value) => {
    model.set("value", { ...model.get("value"), [name]: value });
    saveTraits(model);
  };
  watchTraits(model, ["extras"], signal, () => {
    shows.clear();
    el.replaceChildren(.../** @type {Extra[]} */ (model.get("extras")).map((extra) => {
      const { row, show } = control(extra, () => model.get("value")[extra.name] ?? extra.default, (value) => set(extra.name, value));
      const problem = create("p", { class: "kw-extra-problem", "aria-live": "polite" });
      row.append(problem);
      shows.set(extra.name, () => {
        show();
        problem.textContent = model.get("problem")[extra.name] ?? "";
      });
      return row;
    }));
    for (const show of shows.values()) show();
  });
  watchTraits(model, ["value", "problem"], signal, () => { for (const show of shows.values()) show(); });
}

/**
 * One input's row, and what shows its value.
 * @param {Extra} extra
 * @param {() => any} get
 * @param {(value: any) => void} set
 * @returns {{ row: HTMLElement, show: () => void }}
 */
function control(extra, get, set) {
  const label = create("span", { class: "kw-label" }, extra.label);
  const props = { class: `kw-extra kw-extra-${extra.kind} kw-field-${extra.name}`, title: extra.help };
  if (extra.kind === "switch") {
    const box = create("input", { type: "checkbox", class: "kw-switch", onchange: () => set(box.checked) });
    return { row: create("div", props, create("label", { class: "kw-row" }, label, box)), show: () => { box.checked = Boolean(get()); } };
  }
  if (extra.kind === "choice") {
    const group = create("span", { class: "kw-seg", role: "group", "aria-label": extra.label });
    const options = extra.options.map(([key, word]) => ({ key, word }));
    return { row: create("div", props, create("div", { class: "kw-row" }, label, group)), show: () => showOptions(group, options, String(get()), set) };
  }
  if (extra.kind === "number") return number(extra, props, label, get, set);
  const area = create("textarea", { class: "kw-extra-words", rows: extra.kind === "json" ? 3 : 2, spellcheck: extra.kind === "text", placeholder: extra.help,
    oninput: () => set(area.value) });
  return {
    row: create("div", props, create("label", { class: "kw-extra-block" }, label, area)),
    show: () => { const now = String(get() ?? ""); if (area.value !== now) area.value = now; },
  };
}

/**
 * A number: a track to slide where it has bounds, and a field to type in.
 * @param {Extra} extra
 * @param {Record<string, any>} props
 * @param {HTMLElement} label
 * @param {() => any} get
 * @param {(value: any) => void} set
 */
function number(extra, props, label, get, set) {
  const { low, high } = extra, bounded = low !== null && high !== null;
  const step = extra.whole ? 1 : bounded ? (high - low) / 20 : "any";
  const track = create("input", { type: "range", class: "kw-slide", step, min: low, max: high, "aria-label": extra.label, oninput: () => set(track.valueAsNumber) });
  const field = create("input", { type: "number", class: "kw-number kw-num", step, "aria-label": `${extra.label}, as a number`,
    oninput: () => { if (Number.isFinite(field.valueAsNumber)) set(field.valueAsNumber); }, onblur: () => show() });
  track.hidden = !bounded;
  function show() {
    const now = Number(get() ?? low ?? 0);
    track.value = String(now);
    if (bounded) track.style.setProperty("--kw-at", String((Math.min(high, Math.max(low, now)) - low) / Math.max(high - low, 1e-9)));
    if (focused(field) !== field || field.valueAsNumber !== now) field.value = get() === null ? "" : String(now);
  }
  return { row: create("div", props, create("div", { class: "kw-row" }, label, track, field)), show };
}

export default { render };
