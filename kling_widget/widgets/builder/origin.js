// Where the builder's request comes from, and the way back to what stood there before.
// @ts-check
import { create, openView, sendCommand, watchTraits } from "../base/widget.js";

/** @typedef {import("../base/widget.js").Model} Model */

const WORDS = 60; // characters that are shown

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  openView({ model, el, signal }, "kw-origin");
  el.setAttribute("role", "status");
  const word = create("span", {}), of = create("bdi", { dir: "auto" }), problem = create("span", {});
  /** @param {string} name @param {string} kind @param {string} title */
  const button = (name, kind, title) => create("button", { class: "kw-quiet", type: "button", title, onclick: () => {
    sendCommand(model, kind, {}, { signal }).then(() => { problem.textContent = ""; }, (error) => { if (!signal.aborted) problem.textContent = error.message; });
  } }, name);
  const from = create("span", {}, word, of, button("Let go", "let_go", "The next take is then nobody's child. What stands in the builder stays."));
  const replaced = create("span", {}, button("Put back what was here", "put_back", ""));
  const back = /** @type {HTMLButtonElement} */ (replaced.firstChild);
  el.append(from, replaced, problem);
  watchTraits(model, ["of", "word", "before", "replaced"], signal, () => {
    const whose = model.get("of"), before = model.get("before");
    from.hidden = !whose;
    word.textContent = `${model.get("word")} of`;
    of.textContent = short(whose);
    of.title = whose;
    replaced.hidden = !model.get("replaced");
    back.title = before ? `It said: ${before}` : "The controls as they were";
    el.hidden = from.hidden && replaced.hidden;
  });
}

/** @param {string} words */
function short(words) {
  const letters = Array.from(words);
  return letters.length > WORDS ? `${letters.slice(0, WORDS - 1).join("")}…` : words;
}

export default { render };
