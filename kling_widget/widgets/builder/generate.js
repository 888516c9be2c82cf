// The button that costs money. One click is one command; it carries what the person saw: every control's value and the price.
// @ts-check
import { create, openView, saveTraits, sendCommand, showOptions, watchTraits } from "../base/widget.js";
import { GONE, kernelIsGone, watchKernel } from "../base/kernel.js";
import { nameControls } from "./accessible_names.js";
import { studioRoot } from "../base/root.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {{ getModel: (ref: string) => Promise<Model> }} Host */
/** @typedef {{ takes: number, price: string, asks: boolean, refusal?: string }} Batch */

const PATIENCE = 2500; // ms without an answer until it is said that the kernel is busy
const REST = 700; // ms after a click in which another is the same one: a double click asks for one batch, not two

const READ = 5000; // ms that a confirmation stays

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: Host }} view */
function render({ model, el, signal, host }) {
  openView({ model, el, signal }, "kw-go");
  const price = create("span", { class: "kw-go-price" });
  const word = create("span", {}, "Generate");
  const button = create("button", { class: "kw-go-button kw-num", type: "button" }, word, price);
  const batches = create("span", { class: "kw-seg kw-num", role: "group", "aria-label": "How many takes" });
  const status = create("p", { class: "kw-status", role: "status" });
  const key = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ ↵" : "Ctrl ↵";
  const note = create("span", { class: "kw-note" });
  const quote = create("p", { class: "kw-quote kw-num", role: "status" });
  const code = create("button", { class: "kw-quiet kw-as-code", type: "button", title: "The request as Python, %%kling, curl and JSON; or paste one" }, "as code");
  const sure = create("div", { class: "kw-sure kw-row", role: "group", "aria-label": "Confirm" });
  sure.hidden = true;
  el.append(
    create("div", { class: "kw-row" }, button, batches, create("span", { class: "kw-key", "aria-hidden": "true" }, key), create("span", { class: "kw-grow" }), note, code),
    create("div", { class: "kw-go-words" }, sure, quote, status));

  let waiting = false;

  /** @param {string} text @param {string} tone */
  const say = (text, tone) => {
    status.textContent = text;
    status.dataset.tone = tone;
  };

  /** @type {{ duration?: Model, sound?: Model }} what the price hangs on */
  const controls = {};
  /** What a click would ask for, at the price of what the controls show now. @returns {Batch} */
  const chosen = () => {
    /** @type {Batch[]} */
    const offered = model.get("batches");
    const batch = offered.find(({ takes }) => takes === model.get("takes")) ?? offered[0] ?? { takes: 1, price: "", asks: false };
    if (!controls.duration) return batch;
    const kind = `${controls.duration.get("value")}${controls.sound?.get("value") ? " sound" : ""}`;
    return model.get("tariff")[kind]?.[batch.takes] ?? { ...batch, price: "–" };
  };

  const begin = () => {
    const batch = chosen();
    if (waiting || button.disabled || !sure.hidden) return;
    if (batch.asks && batch.price !== "–") askAbout(batch);
    else generate(batch, false);
  };

  /** A sum that is not spent without a second thought: said again, with a button that says it too. @param {Batch} batch */
  const askAbout = ({ takes, price: sum, asks }) => {
    const leave = () => {
      sure.hidden = true;
      button.focus();
    };
    const yes = create("button", { class: "kw-go-button kw-num", type: "button", onclick: () => {
      leave();
      const now = chosen();
      if (now.takes === takes && now.price === sum) generate({ takes, price: sum, asks }, true);
      else say("The price changed meanwhile. Nothing was sent: look at it and click again.", "bad");
    } }, `Yes, spend ${sum}`);
    sure.replaceChildren(
      create("span", {}, takes === 1 ? `Make a take for about ${sum}?` : `Make ${takes} takes for about ${sum}?`), yes,
      create("button", { class: "kw-quiet", type: "button", onclick: leave }, "Not now"));
    sure.hidden = false;
    yes.focus();
  };
  sure.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    sure.hidden = true;
    button.focus();
  }, { signal });

  /** @param {Batch} batch @param {boolean} confirmed whether the person was asked about the sum, and said yes */
  const generate = async (batch, confirmed) => {
    if (waiting) return;
    waiting = true;
    button.disabled = true;
    el.classList.add("kw-waiting");
    const slow = setTimeout(() => say(
      "The kernel is busy with a cell, or gone. Your click waits and will be carried out once; there is no need to click again. " +
      "If the kernel was restarted, run this cell again: nothing was sent.", "wait"), PATIENCE);
    const rested = new Promise((resolve) => setTimeout(resolve, REST));
    try {
      const shownModel = model.get("model");
      const values = await seen(model.get("fields"), model.get("groups"), host);
      const { answer } = await sendCommand(model, "generate", { values, takes: batch.takes, price: batch.price, confirmed, model: shownModel }, { signal });
      // What the engine had to say about this click by now is the later word.
      if (!model.get("text")) say(answer.text ?? "", answer.refused ? "bad" : "ok");
      if (!answer.refused) setTimeout(() => { if (status.textContent === answer.text) say("", "ok"); }, READ);
      if (answer.focus) focusOn(await studioRoot(el, signal), answer.focus);
    } catch (error) {
      if (!signal.aborted) say(error instanceof Error ? error.message : String(error), "bad");
    } finally {
      clearTimeout(slow);
      await rested;
      waiting = false;
      button.disabled = kernelIsGone(model);
      el.classList.remove("kw-waiting");
    }
  };
  button.addEventListener("click", (event) => { if (event.detail < 2) begin(); }, { signal });
  code.addEventListener("click", async () => {
    const shown = await host.getModel(model.get("code"));
    shown.set("shown", !shown.get("shown"));
    saveTraits(shown);
  }, { signal });

  studioRoot(el, signal).then((root) => {
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      event.preventDefault();
      event.stopPropagation();
      begin();
    }, { signal, capture: true });
    nameControls(root, model, host, signal);
  });

  const showPrice = () => {
    const batch = chosen();
    price.textContent = batch.price;
    button.setAttribute("aria-label", `Generate ${batch.takes} take${batch.takes === 1 ? "" : "s"} for about ${batch.price}`);
  };
  watchTraits(model, ["batches", "takes", "tariff", "note", "quote", "shortage", "code"], signal, () => {
    showPrice();
    note.textContent = model.get("note");
    const { refusal } = /** @type {Batch[]} */ (model.get("batches")).find(({ takes }) => takes === model.get("takes")) ?? { refusal: "" };
    quote.textContent = [model.get("shortage"), model.get("quote")].filter(Boolean).join(" ");
    button.title = refusal ?? ""; // said in full after a click: here it would move what is below
    code.hidden = !model.get("code");
    const offered = /** @type {Batch[]} */ (model.get("batches")).map(({ takes }) => ({
      key: String(takes), word: takes === 1 ? "1 take" : String(takes), label: takes === 1 ? "1 take" : `${takes} takes`,
    }));
    showOptions(batches, offered, String(model.get("takes")), (takes) => { model.set("takes", Number(takes)); saveTraits(model); });
  });
  for (const name of /** @type {const} */ (["duration", "sound"])) {
    const ref = model.get("fields")[name];
    if (!ref) continue;
    host.getModel(ref).then((control) => {
      controls[name] = control;
      watchTraits(control, ["value"], signal, () => {
        sure.hidden = true; // what was asked about is not what it is now
        showPrice();
      });
    }, () => {}); // then the kernel's price is shown
  }
  watchKernel(model, signal, (gone) => say(gone ? `${GONE} Nothing is sent from here: run the cell again.` : "", "wait"), el);
  watchTraits(model, ["text", "tone"], signal, () => say(model.get("text"), model.get("tone")));
}

/**
 * Every control's value as this page shows it: ahead of what a busy kernel has heard.
 * @param {Record<string, string>} fields
 * @param {string[]} groups
 * @param {Host} host
 * @returns {Promise<Record<string, unknown>>}
 */
async function seen(fields, groups, host) {
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const ref of groups) Object.assign(values, (await host.getModel(ref)).get("value"));
  for (const [name, ref] of Object.entries(fields)) values[name] = (await host.getModel(ref)).get("value");
  // A list of options keeps its place, not its value.
  if (fields.aspect_ratio) {
    const shape = await host.getModel(fields.aspect_ratio);
    values.aspect_ratio = shape.get("_options_labels")[shape.get("index")];
  }
  if (fields.multi_prompt) values.both = (await host.getModel(fields.multi_prompt)).get("both");
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

export default { render };
