// An arena: two clips side by side without their names, four keys to vote with, and what the votes say once it is asked for.
// @ts-check
import { create, saveTraits, sendCommand, watchTraits } from "../base/widget.js";
import { newPlayer } from "../player/player.js";
import { put } from "../player/icons.js";

/** @typedef {import("../base/widget.js").Model} Model */

/**
 * What stands under the clips, as `duel.Ballot` has it.
 * @typedef {object} Ballot
 * @property {string} number names the pair that is shown; empty where there is none
 * @property {string} words
 * @property {string} voter
 * @property {boolean} undo
 * @property {string} problem
 */

/**
 * What the votes say, as `results.Results` has it.
 * @typedef {object} Results
 * @property {string} title
 * @property {string} source
 * @property {{ name: string, at: number, low: number, high: number, open: string[], votes: string }[]} lines
 * @property {number} average
 * @property {string} sentence
 * @property {string} left_out
 */

/** What each key votes, and what its button says. */
const VOTES = /** @type {const} */ ([
  ["ArrowLeft", "left", "Left is better", "←"],
  ["ArrowUp", "tie", "Tie", "↑"],
  ["ArrowDown", "both bad", "Both bad", "↓"],
  ["ArrowRight", "right", "Right is better", "→"],
]);

export default () => newPlayer(({ model, el, signal }) => {
  el.classList.add("kw-duel");
  /** @returns {Ballot} */
  const ballot = () => model.get("ballot");
  let voted = ""; // the pair of the last vote: one vote a pair

  const buttons = VOTES.map(([, outcome, words, key]) => create("button", {
    class: "kw-duel-vote", type: "button", dataset: { asks: "kernel", outcome }, onclick: () => vote(outcome),
  }, create("span", {}, words), create("kbd", { "aria-hidden": "true" }, key)));
  const status = create("span", { class: "kw-duel-status kw-num", role: "status" });
  const back = create("button", { class: "kw-quiet", type: "button", title: "Take the last vote back (Backspace)", dataset: { asks: "kernel" }, onclick: () => void ask("undo", {}) }, "Undo");
  const reveal = create("button", { class: "kw-quiet", type: "button", dataset: { asks: "kernel" }, onclick: () => set("revealed", !model.get("revealed")) });
  const name = create("input", {
    class: "kw-duel-voter", type: "text", "aria-label": "Whose votes these are", dir: "auto", maxlength: 80, size: 10, dataset: { asks: "kernel" },
    onchange: () => { if (name.value.trim() && name.value !== ballot().voter) void ask("name", { voter: name.value }); },
  });
  const problem = create("p", { class: "kw-duel-problem", role: "alert" });
  const inside = create("div", { class: "kw-duel-ballot" },
    create("div", { class: "kw-duel-votes", role: "group", "aria-label": "Your vote" }, ...buttons),
    create("div", { class: "kw-row kw-duel-line" }, status, create("span", { class: "kw-grow" }), create("label", { class: "kw-label" }, "Voter ", name), back, reveal),
    problem);

  const title = create("span", { class: "kw-label" });
  const source = create("small", { class: "kw-num" });
  const axes = create("span", { class: "kw-seg", role: "group", "aria-label": "What the result is about" });
  const plot = create("ol", { class: "kw-duel-plot" });
  const sentence = create("p", { class: "kw-duel-sentence", dir: "auto" });
  const leftOut = create("p", { class: "kw-duel-left-out kw-num" });
  const after = create("section", { class: "kw-card kw-duel-results", "aria-label": "What the votes say", hidden: true },
    create("div", { class: "kw-row" }, title, create("span", { class: "kw-grow" }), axes), plot, sentence, leftOut);

  /** @param {string} trait @param {unknown} value */
  const set = (trait, value) => {
    model.set(trait, value);
    saveTraits(model);
  };
  /** @param {string} kind @param {Record<string, unknown>} fields */
  const ask = async (kind, fields) => {
    put(problem, "");
    try {
      const { answer } = await sendCommand(model, kind, fields, { signal });
      if (answer.refused) put(problem, answer.refused);
    } catch (error) {
      voted = "";
      if (!signal.aborted) put(problem, error instanceof Error ? error.message : String(error));
    }
  };
  /** @param {string} outcome */
  const vote = (outcome) => {
    const { number } = ballot();
    if (!number || voted === number) return;
    voted = number;
    buttons.forEach((button) => button.classList.toggle("kw-duel-chosen", button.dataset.outcome === outcome));
    void ask("vote", { number, outcome });
  };

  el.addEventListener("keydown", (event) => {
    const on = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || on.closest("input, textarea, select, [role=slider], details[open]")) return;
    const found = VOTES.find(([key]) => key === event.key);
    if (found) {
      if (!event.repeat) vote(found[1]);
    } else if (event.key === "Backspace") {
      if (ballot().undo && !event.repeat) void ask("undo", {});
    } else return;
    event.preventDefault();
    event.stopPropagation(); // the player's own keys step by frames
  }, { signal, capture: true });

  watchTraits(model, ["ballot"], signal, () => {
    const now = ballot();
    if (now.number !== voted || now.problem) {
      voted = "";
      for (const button of buttons) button.classList.remove("kw-duel-chosen");
    }
    for (const button of buttons) button.disabled = !now.number;
    put(status, now.words);
    if (document.activeElement !== name) name.value = now.voter;
    back.hidden = !now.undo;
    put(problem, now.problem);
  });
  watchTraits(model, ["revealed", "results", "axes", "by"], signal, () => {
    /** @type {Results} */
    const now = model.get("results");
    const shown = model.get("revealed") && Array.isArray(now.lines);
    put(reveal, model.get("revealed") ? "Hide the result" : "Show the result");
    reveal.setAttribute("aria-expanded", String(shown));
    after.hidden = !shown;
    if (!shown) return;
    title.replaceChildren(now.title, source);
    put(source, now.source);
    axes.hidden = model.get("axes").length === 0;
    axes.replaceChildren(...["", ...model.get("axes")].map((axis) => create("button", {
      type: "button", "aria-pressed": String(model.get("by") === axis), dataset: { asks: "kernel" }, onclick: () => set("by", axis),
    }, axis || "Clips")));
    plot.style.setProperty("--kw-average", `${now.average}%`);
    plot.replaceChildren(...now.lines.map((line) => create("li", {},
      create("span", { class: "kw-duel-name", dir: "auto", title: line.name }, line.name),
      newInterval(line),
      create("span", { class: "kw-duel-count kw-num" }, line.votes))));
    put(sentence, now.sentence);
    put(leftOut, now.left_out);
    leftOut.hidden = !now.left_out;
  });

  return { around: (film) => film, across: () => 2, of: (place) => (place ? "Right" : "Left"), inside, after, goesOn: true, blind: true };
});

/** A candidate's strength with its interval. @param {Results["lines"][number]} line */
function newInterval(line) {
  const interval = create("i", {});
  interval.style.left = `${line.low}%`;
  interval.style.width = `${line.high - line.low}%`;
  for (const end of line.open) interval.classList.add(`kw-open-${end}`);
  const dot = create("b", {});
  dot.style.left = `${line.at}%`;
  return create("span", { class: "kw-duel-interval", "aria-hidden": "true" }, interval, dot);
}
