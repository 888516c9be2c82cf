// The card of a sweep: its template with the axes marked, its price and the button that confirms it, how it stands; and around the
// player's grid the values of its axes.
// @ts-check
import { create, sendCommand, watchTraits } from "../base/widget.js";
import { newPlayer } from "../player/player.js";
import { put } from "../player/icons.js";

/** @typedef {import("../base/widget.js").Model} Model */

/**
 * What the card says, as `words.Card` has it.
 * @typedef {object} Card
 * @property {{ text: string, axis: string }[]} template
 * @property {{ name: string, values: string[], count: number }[]} axes
 * @property {string} summary
 * @property {string} order
 * @property {string} price
 * @property {string} note
 * @property {string} stands
 * @property {string} problem
 * @property {string[]} actions
 */

/**
 * The page of the grid that is shown, as `sweep_grid.Table` has it.
 * @typedef {object} Table
 * @property {string[]} rows
 * @property {string[]} columns
 * @property {string[]} labels of each place, where there are no rows
 * @property {number} across
 * @property {number} page
 * @property {number} pages
 * @property {{ name: string, labels: string[], at: number }[]} further
 */

const ACTIONS = /** @type {Record<string, string>} */ ({ pause: "Stop", resume: "Go on" });

export default () => newPlayer(({ model, el, signal }) => {
  /** @returns {Card} */
  const card = () => model.get("card");
  /** @returns {Table} */
  const table = () => model.get("table");

  const summary = create("small", {});
  const prompt = create("p", { class: "kw-sweep-prompt", dir: "auto" });
  const axes = create("dl", { class: "kw-sweep-axes" });
  const price = create("span", { class: "kw-num" });
  const button = create("button", { class: "kw-go-button", type: "button", dataset: { asks: "kernel" }, onclick: () => ask("confirm", { price: card().price }) }, price);
  const note = create("span", { class: "kw-sweep-note kw-num" });
  const stands = create("span", { class: "kw-sweep-stands kw-num", role: "status" });
  const actions = create("span", { class: "kw-row" });
  const problem = create("p", { class: "kw-sweep-problem", role: "alert" });
  const confirming = create("div", { class: "kw-row kw-sweep-confirm" }, button, note);
  const standing = create("div", { class: "kw-row" }, stands, create("span", { class: "kw-grow" }), actions);
  const further = create("div", { class: "kw-row kw-sweep-further" });
  const turner = newTurner((page) => ask("turn", { page }));
  el.append(create("section", { class: "kw-card kw-sweep", "aria-label": "Sweep" },
    create("div", { class: "kw-label" }, "Prompt", summary), prompt, axes, confirming, standing, problem,
    create("div", { class: "kw-row kw-sweep-turning" }, further, create("span", { class: "kw-grow" }), turner.el)));
  const columns = create("div", { class: "kw-sweep-columns", "aria-hidden": "true" });
  const rows = create("div", { class: "kw-sweep-rows", "aria-hidden": "true" });
  const frame = create("div", { class: "kw-sweep-grid" });

  /** @param {string} kind @param {Record<string, unknown>} fields */
  const ask = async (kind, fields) => {
    if (el.hasAttribute("aria-busy")) return;
    el.setAttribute("aria-busy", "true");
    put(problem, "");
    try {
      const { answer } = await sendCommand(model, kind, fields, { signal });
      if (answer.refused) put(problem, answer.refused);
    } catch (error) {
      if (!signal.aborted) put(problem, error instanceof Error ? error.message : String(error));
    } finally {
      el.removeAttribute("aria-busy");
    }
  };

  watchTraits(model, ["card"], signal, () => {
    const now = card();
    put(summary, now.summary);
    prompt.replaceChildren(...now.template.map(({ text, axis }) =>
      axis ? create("mark", { class: "kw-sweep-axis", dir: "auto", title: axis }, text) : text));
    prompt.hidden = now.template.length === 0;
    axes.hidden = !now.order;
    axes.replaceChildren(...now.axes.map(({ name, values, count }) => create("div", {},
      create("dt", { class: "kw-label", dir: "auto" }, name),
      create("dd", {}, ...values.map((value) => create("span", { dir: "auto" }, value)), count > values.length ? `and ${count - values.length} more` : null),
      create("dd", { class: "kw-label kw-num" }, String(count)))));
    confirming.hidden = !now.order;
    put(price, now.order);
    put(note, now.note);
    put(stands, now.stands);
    standing.hidden = !now.stands;
    put(problem, now.problem);
    const offered = now.actions.join(" ");
    if (actions.dataset.offered !== offered) {
      actions.dataset.offered = offered;
      actions.replaceChildren(...now.actions.map((action) =>
        create("button", { class: "kw-quiet", type: "button", dataset: { asks: "kernel" }, onclick: () => ask(action, {}) }, ACTIONS[action] ?? action)));
    }
  });
  watchTraits(model, ["table"], signal, () => {
    const now = table();
    frame.classList.toggle("kw-labelled", now.rows.length > 0);
    frame.style.setProperty("--kw-across", String(now.across || 1));
    columns.replaceChildren(...now.columns.map((label) => create("span", { dir: "auto", title: label }, label)));
    rows.replaceChildren(...now.rows.map((label) => create("span", { dir: "auto", title: label }, label)));
    further.hidden = now.further.length === 0;
    const offered = JSON.stringify(now.further);
    if (further.dataset.offered !== offered) {
      further.dataset.offered = offered;
      further.replaceChildren(...now.further.map(({ name, labels, at }) => {
        const value = create("output", { class: "kw-num", dir: "auto" }, labels[at] ?? "");
        const slider = create("input", {
          type: "range", min: 0, max: labels.length - 1, step: 1, value: String(at), "aria-label": name, "aria-valuetext": labels[at],
          oninput: () => put(value, labels[Number(slider.value)] ?? ""),
          onchange: () => ask("fix", { name, at: Number(slider.value) }),
        });
        return create("label", { class: "kw-sweep-slider" }, create("span", { class: "kw-label", dir: "auto" }, name), slider, value);
      }));
    }
    turner.show(now.page, now.pages);
  });

  return {
    around: (film) => {
      frame.append(columns, rows, film);
      return frame;
    },
    across: () => table().across,
    of: (place) => table().labels[place] ?? "",
  };
});

/** Pages of a grid, and the buttons that turn them. @param {(page: number) => void} turn */
function newTurner(turn) {
  let at = 0;
  const back = create("button", { class: "kw-quiet", type: "button", "aria-label": "Page before", onclick: () => turn(at - 1) }, "‹");
  const next = create("button", { class: "kw-quiet", type: "button", "aria-label": "Next page", onclick: () => turn(at + 1) }, "›");
  const words = create("span", { class: "kw-num" });
  const el = create("span", { class: "kw-row kw-sweep-pages" }, back, words, next);
  return {
    el,
    /** @param {number} page @param {number} pages */
    show(page, pages) {
      at = page;
      el.hidden = pages < 2;
      put(words, `${page + 1} of ${pages}`);
      back.disabled = page === 0;
      next.disabled = page >= pages - 1;
    },
  };
}
