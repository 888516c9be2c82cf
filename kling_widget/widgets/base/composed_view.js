// A widget with all that is in it, for a host that shows anywidgets alone. Boxes and the few controls of ipywidgets that our
// widgets hold are drawn here with ipywidgets' own class names, so that the same sheet fits; anywidgets draw themselves.
// @ts-check
import { create, newId, saveTraits, watchTraits } from "./widget.js";

/** @typedef {import("./widget.js").Model} Model */
/** @typedef {{ render: (view: { el: HTMLElement, signal: AbortSignal }) => Promise<void> }} Shown */
/** @typedef {{ getModel: (ref: string) => Promise<Model>, getWidget: (ref: string) => Promise<Shown> }} Host */
/** @typedef {(model: Model, el: HTMLElement, signal: AbortSignal, host: Host) => void} Draw */

/** ipywidgets' model -> its class names, and what draws it. @type {Record<string, [string, Draw]>} */
const DRAWN = {
  BoxModel: ["widget-box", box],
  VBoxModel: ["widget-box widget-vbox", box],
  TextareaModel: ["widget-textarea", textarea],
  CheckboxModel: ["widget-checkbox", checkbox],
  ToggleButtonsModel: ["widget-toggle-buttons", toggleButtons],
  HTMLModel: ["widget-html", plainText],
};

/** ipywidgets' own reference to a widget, as the host takes it. @param {string} ref */
const referenceOf = (ref) => ref.replace(/^IPY_MODEL_/, "anywidget:");

/**
 * @param {string} ref
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 * @param {Host} host
 */
async function show(ref, el, signal, host) {
  const model = await host.getModel(ref);
  if (signal.aborted) return;
  followClasses(model, el, signal);
  const layout = await host.getModel(referenceOf(model.get("layout")));
  watchTraits(layout, ["display"], signal, () => { el.style.display = layout.get("display") ?? ""; });
  const name = model.get("_model_name");
  if (name === "AnyModel") return (await host.getWidget(ref)).render({ el, signal });
  const drawn = DRAWN[name];
  if (!drawn) throw new Error(`This page can't show a ${name}.`);
  const [classes, draw] = drawn;
  el.classList.add(...classes.split(" "));
  draw(model, el, signal, host);
}

/** @param {Model} model @param {HTMLElement} el @param {AbortSignal} signal */
function followClasses(model, el, signal) {
  /** @type {string[]} */
  let worn = [];
  watchTraits(model, ["_dom_classes"], signal, () => {
    el.classList.remove(...worn);
    worn = [...model.get("_dom_classes")];
    el.classList.add(...worn);
  });
}

/** @type {Draw} */
function box(model, el, signal, host) {
  /** @type {Map<string, { el: HTMLElement, gone: AbortController }>} */
  let held = new Map();
  watchTraits(model, ["children"], signal, () => {
    const before = held;
    held = new Map(model.get("children").map((/** @type {string} */ child) => [child, before.get(child) ?? view(child)]));
    for (const [child, { gone }] of before) if (!held.has(child)) gone.abort();
    el.replaceChildren(...Array.from(held.values(), (one) => one.el));
  });
  signal.addEventListener("abort", () => { for (const { gone } of held.values()) gone.abort(); });

  /** @param {string} child */
  function view(child) {
    const place = create("div"), gone = new AbortController();
    show(referenceOf(child), place, gone.signal, host).catch((error) => { if (!gone.signal.aborted) place.textContent = error.message; });
    return { el: place, gone };
  }
}

/** @type {Draw} */
function textarea(model, el, signal) {
  const id = newId();
  const area = create("textarea", { id, rows: model.get("rows") ?? undefined, placeholder: model.get("placeholder") });
  area.addEventListener("input", () => set(model, "value", area.value));
  el.append(label(model, id), area);
  watchTraits(model, ["value"], signal, () => { if (area.value !== model.get("value")) area.value = model.get("value"); });
}

/** @type {Draw} */
function checkbox(model, el, signal) {
  const input = create("input", { type: "checkbox", onchange: () => set(model, "value", input.checked) });
  el.append(create("label", { class: "widget-label-basic" }, input, create("span", {}, model.get("description"))));
  watchTraits(model, ["value"], signal, () => { input.checked = model.get("value"); });
}

/** @type {Draw} */
function toggleButtons(model, el, signal) {
  const group = create("div");
  el.append(label(model), group);
  watchTraits(model, ["_options_labels"], signal, () => group.replaceChildren(
    ...model.get("_options_labels").map((/** @type {string} */ word, /** @type {number} */ i) =>
      create("button", { type: "button", class: "widget-toggle-button", onclick: () => set(model, "index", i) }, word))));
  watchTraits(model, ["index", "_options_labels"], signal, () => {
    Array.from(group.children, (button, i) => button.classList.toggle("mod-active", i === model.get("index")));
  });
}

/** Our HTML widgets hold a text in a span: what it is made of is read, and no markup put in the page. @type {Draw} */
function plainText(model, el, signal) {
  const content = create("div", { class: "widget-html-content" });
  el.append(content);
  watchTraits(model, ["value"], signal, () => {
    const text = new DOMParser().parseFromString(model.get("value"), "text/html").querySelector("span");
    content.replaceChildren(...(text ? [create("span", { class: text.className }, text.textContent)] : []));
  });
}

/** @param {Model} model @param {string} [id] */
const label = (model, id) => create("label", { class: "widget-label", for: id }, model.get("description"));

/** @param {Model} model @param {string} name @param {any} value */
function set(model, name, value) {
  model.set(name, value);
  saveTraits(model);
}

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: Host }} view */
function render({ model, el, signal, host }) {
  const place = create("div");
  el.classList.add("kw-composed");
  el.append(place);
  show(model.get("root"), place, signal, host).catch((error) => { if (!signal.aborted) place.textContent = error.message; });
}

export default { render };
