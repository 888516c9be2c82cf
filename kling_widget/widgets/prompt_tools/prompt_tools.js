// Help with the prompt: the row of words above its field, the hints below it, and what opens from them.
// @ts-check
import { create, openView, saveTraits, watchTraits } from "../base/widget.js";
import { enhancing } from "./enhancer.js";
import { templatePanel } from "./templates.js";
import { promptWords } from "../builder/prompt_text.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("../builder/prompt_text.js").Host} Host */
/** @typedef {import("../builder/prompt_text.js").Words} Words */

/**
 * One hint, as `prompting.Hint` says it.
 * @typedef {{ name: string, words: string, kind: "insert" | "sound", label: string, text: string }} Hint
 */

/**
 * Writes a whole new prompt in place of the one that is there, says so, and offers to bring the old one back.
 * @typedef {(text: string, change: string) => void} Replace
 */

const HINT_REST = 900; // ms of rest after which a new hint is shown: none comes while a person writes

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: Host }} view */
function render({ model, el, signal, host }) {
  openView({ model, el, signal }, "kw-help");
  const prompt = promptWords(model, el, host, signal);
  const row = create("div", { class: "kw-help-row" });
  const below = create("div", { class: "kw-help-below" });
  el.append(row, below);
  const replace = undoable(below, prompt);
  enhancing({ model, signal, prompt, replace, row, below });
  hintLine({ model, signal, prompt, host, below });
  templatePanel({ model, signal, prompt, replace, row, below });
}

/** @param {HTMLElement} below @param {Words} prompt @returns {Replace} */
function undoable(below, prompt) {
  let before = "", after = "";
  const change = create("span");
  const undo = create("button", { class: "kw-help-do", type: "button", onclick: () => {
    line.hidden = true;
    prompt.write(before);
  } }, "Undo");
  const line = create("p", { class: "kw-help-undo", role: "status", hidden: true }, change, undo);
  below.append(line);
  // What a person wrote since would go with the undo: then it is withdrawn.
  prompt.follow(() => { if (prompt.read() !== after) line.hidden = true; });
  return (text, words) => {
    before = prompt.read();
    after = text;
    prompt.write(text);
    change.textContent = words;
    line.hidden = false;
  };
}

/** @param {{ model: Model, signal: AbortSignal, prompt: Words, host: Host, below: HTMLElement }} view */
function hintLine({ model, signal, prompt, host, below }) {
  const line = create("div", { class: "kw-hints", role: "group", "aria-label": "Hints for the prompt" });
  below.append(line);
  /** @type {Set<string>} those that are in sight, or may come at once */
  let seen = new Set();
  /** @type {Set<string>} those that were followed, and that the kernel has not heard of yet */
  const done = new Set();
  let timer = 0;

  /** @param {Hint} hint */
  const act = async (hint) => {
    done.add(hint.name);
    show();
    if (hint.kind === "insert") return prompt.append(hint.text);
    const sound = await host.getModel(model.get("sound"));
    sound.set("value", true);
    saveTraits(sound);
    prompt.focus();
  };
  /** @param {Hint} hint */
  const silence = (hint) => {
    model.set("silenced", [...model.get("silenced"), hint.name]);
    saveTraits(model);
    prompt.focus();
  };
  function show() {
    const shown = /** @type {Hint[]} */ (model.get("hints")).filter(({ name, kind }) =>
      seen.has(name) && !done.has(name) && !model.get("silenced").includes(name) && (kind === "insert" || model.get("sound")));
    const key = shown.map(({ name, words }) => `${name} ${words}`).join("|");
    if (line.dataset.shown === key) return;
    line.dataset.shown = key;
    line.replaceChildren(...shown.map((hint) => create("span", { class: "kw-hint", dataset: { hint: hint.name } },
      create("span", {}, hint.words),
      create("button", { class: "kw-help-do", type: "button", onclick: () => act(hint),
        "aria-label": hint.kind === "insert" ? `Add to the prompt: ${hint.text}` : "Turn the sound on" }, (hint.kind === "insert" ? "+ " : "") + hint.label),
      create("button", { class: "kw-help-close", type: "button", title: "No more hints like this here", onclick: () => silence(hint),
        "aria-label": `No more hints like this: ${hint.words}` }, "×"))));
  }
  const rested = () => {
    seen = new Set(/** @type {Hint[]} */ (model.get("hints")).map(({ name }) => name));
    show();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(rested, HINT_REST);
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  prompt.follow(later);
  watchTraits(model, ["hints", "silenced"], signal, () => {
    done.clear();
    show();
    later();
  });
}

export default { render };
