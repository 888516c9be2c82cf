// The button that costs money. One click is one command; it carries what the person saw: every control's value and the price.
// @ts-check
import { ask, choices, dress, follow, h } from "../face.js";
import { studioRoot } from "./root.js";

/** @typedef {import("../face.js").Model} Model */
/** @typedef {{ getModel: (ref: string) => Promise<Model> }} Host */
/** @typedef {{ takes: number, price: string }} Batch */

const PATIENCE = 2500; // ms without an answer until it is said that the kernel is busy
const REST = 700; // ms after a click in which another is the same one: a double click asks for one batch, not two

const READ = 5000; // ms that a confirmation stays

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: Host }} view */
function render({ model, el, signal, host }) {
  dress(el, "kw-go");
  const price = h("span", { class: "kw-go-price" });
  const word = h("span", {}, "Generate");
  const button = h("button", { class: "kw-go-button kw-num", type: "button" }, word, price);
  const batches = h("span", { class: "kw-seg kw-num", role: "group", "aria-label": "How many takes" });
  const said = h("p", { class: "kw-said", role: "status" });
  const key = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ ↵" : "Ctrl ↵";
  const note = h("span", { class: "kw-note" });
  el.append(
    h("div", { class: "kw-row" }, button, batches, h("span", { class: "kw-key", "aria-hidden": "true" }, key), h("span", { class: "kw-grow" }), note),
    said);

  let waiting = false;

  /** @param {string} text @param {string} tone */
  const say = (text, tone) => {
    said.textContent = text;
    said.dataset.tone = tone;
  };

  /** @type {{ duration?: Model, sound?: Model }} what the price hangs on */
  const controls = {};
  /** What a click would ask for, at the price of what the controls show now. @returns {Batch} */
  const chosen = () => {
    /** @type {Batch[]} */
    const offered = model.get("batches");
    const batch = offered.find(({ takes }) => takes === model.get("takes")) ?? offered[0] ?? { takes: 1, price: "" };
    if (!controls.duration) return batch;
    const kind = `${controls.duration.get("value")}${controls.sound?.get("value") ? " sound" : ""}`;
    return { takes: batch.takes, price: model.get("tariff")[kind]?.[batch.takes] ?? "–" };
  };

  const generate = async () => {
    if (waiting) return;
    waiting = true;
    button.disabled = true;
    el.classList.add("kw-waiting");
    const batch = chosen();
    const slow = setTimeout(() => say(
      "The kernel is busy with a cell, or gone. Your click waits and will be carried out once; there is no need to click again. " +
      "If the kernel was restarted, run this cell again: nothing was sent.", "wait"), PATIENCE);
    const rested = new Promise((resolve) => setTimeout(resolve, REST));
    try {
      const values = await seen(model.get("fields"), host);
      const { answer } = await ask(model, "generate", { values, takes: batch.takes, price: batch.price }, { signal });
      // What the engine had to say about this click by now is the later word.
      if (!model.get("said")) say(answer.said ?? "", answer.refused ? "bad" : "ok");
      if (!answer.refused) setTimeout(() => { if (said.textContent === answer.said) say("", "ok"); }, READ);
      if (answer.focus) focusOn(await studioRoot(el, signal), answer.focus);
    } catch (error) {
      if (!signal.aborted) say(error instanceof Error ? error.message : String(error), "bad");
    } finally {
      clearTimeout(slow);
      await rested;
      waiting = false;
      button.disabled = false;
      el.classList.remove("kw-waiting");
    }
  };
  button.addEventListener("click", (event) => { if (event.detail < 2) generate(); }, { signal });

  studioRoot(el, signal).then((root) => {
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      event.preventDefault();
      event.stopPropagation();
      generate();
    }, { signal, capture: true });
    nameControls(root, model, host, signal);
  });

  const showPrice = () => {
    const batch = chosen();
    price.textContent = batch.price;
    button.setAttribute("aria-label", `Generate ${batch.takes} take${batch.takes === 1 ? "" : "s"} for about ${batch.price}`);
  };
  follow(model, ["batches", "takes", "tariff", "note"], signal, () => {
    showPrice();
    note.textContent = model.get("note");
    const offered = /** @type {Batch[]} */ (model.get("batches")).map(({ takes }) => ({
      key: String(takes), word: takes === 1 ? "1 take" : String(takes), label: takes === 1 ? "1 take" : `${takes} takes`,
    }));
    choices(batches, offered, String(model.get("takes")), (takes) => { model.set("takes", Number(takes)); model.save_changes(); });
  });
  for (const name of /** @type {const} */ (["duration", "sound"])) {
    const ref = model.get("fields")[name];
    if (!ref) continue;
    host.getModel(ref).then((control) => {
      controls[name] = control;
      follow(control, ["value"], signal, showPrice);
    }, () => {}); // then the kernel's price is shown
  }
  follow(model, ["said", "tone"], signal, () => say(model.get("said"), model.get("tone")));
}

/**
 * Every control's value as this page shows it: ahead of what a busy kernel has heard.
 * @param {Record<string, string>} fields
 * @param {Host} host
 * @returns {Promise<Record<string, unknown>>}
 */
async function seen(fields, host) {
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const [name, ref] of Object.entries(fields)) values[name] = (await host.getModel(ref)).get("value");
  // A list of options keeps its place, not its value.
  if (fields.aspect_ratio) {
    const shape = await host.getModel(fields.aspect_ratio);
    values.aspect_ratio = shape.get("_options_labels")[shape.get("index")];
  }
  return values;
}

/** Put the keyboard on the control of an input. @param {HTMLElement} root @param {string} field */
function focusOn(root, field) {
  const inside = root.querySelector(`.kw-field-${field}`);
  /** @type {HTMLElement | null | undefined} */
  const target = inside?.querySelector("textarea, input[type=number], input, button");
  target?.focus();
  inside?.scrollIntoView({ block: "nearest" });
}

/**
 * Tell assistive technology what ipywidgets' controls leave unsaid: which shape is pressed, and where problems appear.
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {Host} host
 * @param {AbortSignal} signal
 */
async function nameControls(root, model, host, signal) {
  for (const el of root.querySelectorAll(".kw-problem")) el.setAttribute("aria-live", "polite");
  const shapes = root.querySelector(".kw-field-aspect_ratio .widget-toggle-buttons");
  const ref = model.get("fields").aspect_ratio;
  if (!shapes || !ref) return;
  shapes.setAttribute("role", "group");
  shapes.setAttribute("aria-label", "Shape");
  const shape = await host.getModel(ref);
  follow(shape, ["index"], signal, () => {
    shapes.querySelectorAll("button").forEach((button, i) => button.setAttribute("aria-pressed", String(i === shape.get("index"))));
  });
}

export default { render };
