// The code of all widgets, as one module that a page loads once.
// @ts-check
import code from "./code/code.js";
import composedView from "./base/composed_view.js";
import duel from "./arena/duel.js";
import draft from "./builder/draft.js";
import elements from "./elements/elements.js";
import examples from "./studio/examples.js";
import extras from "./builder/extras.js";
import generate from "./builder/generate.js";
import header from "./studio/header.js";
import history from "./history/history.js";
import media from "./media/media.js";
import origin from "./builder/origin.js";
import player from "./player/player.js";
import promptTools from "./prompt_tools/prompt_tools.js";
import queue from "./queue/queue.js";
import seconds from "./builder/seconds.js";
import storyboard from "./storyboard/storyboard.js";
import sweep from "./sweep/sweep.js";

/** @typedef {import("./base/widget.js").Model} Model */

/**
 * A widget's code.
 * @typedef {object} Widget
 * @property {(context: { model: Model, signal: AbortSignal, early: unknown[] }) => void} [initialize] once for a model; `early`
 *   holds the messages that arrived before
 * @property {(context: { model: Model, el: HTMLElement, signal: AbortSignal, host: any }) => void} render once for a view
 */

/** @type {Record<string, Widget | (() => Widget)>} by `page_name` of the Python class; a function is called for each model */
const WIDGETS = {
  code, composedView, draft, duel, elements, examples, extras, generate, header, history, media, origin, player, promptTools, queue, seconds, storyboard, sweep,
};

/** @param {string} name @returns {Widget} */
export function widget(name) {
  const found = WIDGETS[name];
  if (!found) throw new Error(`The page knows no widget ${name}.`);
  return typeof found === "function" ? found() : found;
}
