// What the history is narrowed to: the words that are searched for, a row of filters that is folded away, and a chip for each
// that is on.
// @ts-check
import { create, focused, sendCommand, watchTraits } from "../base/widget.js";
import { NEWEST, heading } from "./table.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {{ name: string, words: string, rest: unknown }} Chip as `chips.Chip` */
/** @typedef {[value: string, words: string]} Option */

const TYPING = 200; // ms of rest after which a search is asked for
const NOTHING = {
  text: "", status: "all", rating: null, tags: [], model: [], cost: null, since: "", until: "", parent: "", family: "", sweep: "", sort: NEWEST,
};

/** @type {Option[]} */
const ORDERS = [
  [NEWEST, "newest first"], ["confirmed", "oldest first"], ["-rating", "most stars first"], ["-cost", "dearest first"],
  ["cost", "cheapest first"], ["-seconds", "longest first"], ["prompt", "by prompt"], ["model", "by model"],
];

/**
 * @param {object} view
 * @param {Model} view.model
 * @param {AbortSignal} view.signal
 * @param {(fields: Record<string, unknown>) => void} view.find asks for other takes
 * @param {() => string[]} view.shown the takes on the screen
 */
export function newFilters({ model, signal, find, shown }) {
  const search = newSearch(model, signal, find);
  const row = create("div", { class: "kw-filters", role: "group", "aria-label": "Filters" });
  row.hidden = true;
  const button = create("button", { type: "button", class: "kw-quiet", "aria-expanded": "false", onclick: () => open(!!row.hidden) }, "Filter");
  const chips = create("div", { class: "kw-filter-chips", role: "group", "aria-label": "What is filtered" });

  const any = (/** @type {string} */ words) => /** @type {Option} */ (["", words]);
  const status = field("Status", newSelect((value) => find({ status: value || "all" })));
  const rating = field("Stars", newSelect((value) => find({ rating: Number(value) || null })));
  const tags = field("Tag", newSelect((value) => { if (value) find({ tags: [...model.get("tags"), value] }); }));
  const models = field("Model", newSelect((value) => find({ model: value ? [value] : [] })), "Model of the takes"); // a panel has another one
  const sweeps = field("Sweep", newSelect((value) => find({ sweep: value })));
  const sort = field("Order", newSelect((value) => find({ sort: value })));
  const since = field("Since", newInput("date", (value) => find({ since: value })));
  const until = field("Until", newInput("date", (value) => find({ until: value })));
  const bounds = () => [least, most].map(({ control }) => (control.value === "" ? null : Number(control.value)));
  const cost = () => find({ cost: bounds().every((one) => one === null) ? null : bounds() });
  const least = field("Cost from $", newInput("number", cost));
  const most = field("to $", newInput("number", cost));
  const family = create("button", {
    type: "button", class: "kw-quiet", title: "What the take on the screen was made from, and what was made from it",
    onclick: () => find({ family: shown()[0] ?? "" }),
  }, "Family of the take on the screen");
  row.append(...[status, rating, tags, models, sweeps, since, until, least, most, sort].map(({ el }) => el), family);

  /** @param {boolean} show */
  const open = (show) => {
    row.hidden = !show;
    button.setAttribute("aria-expanded", String(show));
    if (show) offer();
  };
  let offers = 0;
  const offer = () => {
    const number = ++offers;
    sendCommand(model, "offer", {}, { signal }).then(({ answer }) => {
      if (number !== offers) return;
      options(tags.control, [any(answer.tags.length ? "any" : "none yet"), ...answer.tags.map((/** @type {string} */ tag) => [tag, `#${tag}`])], "");
      options(models.control, [any("any"), ...answer.models], model.get("model")[0] ?? "");
      options(sweeps.control, [any("any"), ...answer.sweeps], model.get("sweep"));
      tags.control.disabled = !answer.tags.length;
      sweeps.el.hidden = !answer.sweeps.length;
    }, () => {}); // what is on shows all the same
  };
  sweeps.el.hidden = true;
  for (const { control } of [tags, models]) options(control, [any("any")], "");

  watchTraits(model, ["cards"], signal, () => { if (!row.hidden) offer(); });
  watchTraits(model, ["statuses", ...Object.keys(NOTHING)], signal, () => {
    options(status.control, model.get("statuses").map((/** @type {string} */ name) => [name, name]), model.get("status"));
    options(rating.control, [any("any"), ...[1, 2, 3, 4, 5].map((n) => /** @type {Option} */ ([String(n), n < 5 ? `${n} and more` : "5"]))], String(model.get("rating") ?? ""));
    models.control.value = model.get("model")[0] ?? "";
    sweeps.control.value = model.get("sweep");
    const now = model.get("sort");
    const others = ORDERS.some(([value]) => value === now) ? [] : [/** @type {Option} */ ([now, `by ${heading(now.replace("-", ""))}${now.startsWith("-") ? ", descending" : ""}`])];
    options(sort.control, [...ORDERS, ...others], now);
    put(since.control, model.get("since").slice(0, 10));
    put(until.control, model.get("until").slice(0, 10));
    const [low, high] = model.get("cost") ?? [null, null];
    put(least.control, low === null ? "" : String(low));
    put(most.control, high === null ? "" : String(high));
  });
  watchTraits(model, ["chips", "arrangement"], signal, () => {
    // A table says it in its headings, and those stay where they were clicked.
    const asTable = model.get("arrangement") === "table";
    showChips(chips, model.get("chips").filter((/** @type {Chip} */ { name }) => !asTable || name !== "sort"), find, button);
  });
  watchTraits(model, ["selected"], signal, () => { family.disabled = shown().length === 0; });
  return { search, button, row, chips };
}

/** @param {Model} model @param {AbortSignal} signal @param {(fields: Record<string, unknown>) => void} find */
function newSearch(model, signal, find) {
  const search = create("input", { type: "search", class: "kw-find", placeholder: "Search prompts…", "aria-label": "Search prompts" });
  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => find({ text: search.value }), TYPING);
  }, { signal });
  signal.addEventListener("abort", () => clearTimeout(typing));
  watchTraits(model, ["text"], signal, () => { put(search, model.get("text")); });
  return search;
}

/** @param {HTMLElement} el @param {Chip[]} chips @param {(fields: Record<string, unknown>) => void} find @param {HTMLElement} button */
function showChips(el, chips, find, button) {
  const held = Array.from(el.children).findIndex((one) => one === focused(el));
  const shown = chips.map(({ name, words, rest }) => create("button", {
    type: "button", class: "kw-filter-chip", dir: "auto", "aria-label": `${words}: show all again`, title: `${words}: show all again`, onclick: () => find({ [name]: rest }),
  }, create("span", {}, words), create("span", { class: "kw-filter-off", "aria-hidden": "true" }, "×")));
  el.replaceChildren(...shown);
  el.hidden = chips.length === 0;
  if (chips.length) el.append(create("button", { type: "button", class: "kw-quiet", onclick: () => find(NOTHING) }, "Clear all"));
  if (held >= 0) (shown[Math.min(held, shown.length - 1)] ?? button).focus();
}

/**
 * @template {HTMLElement} T
 * @param {string} words @param {T} control @param {string} [name] for who does not see it
 */
function field(words, control, name = words) {
  control.setAttribute("aria-label", name); // a label's text would hold what a select offers, too
  return { el: create("label", { class: "kw-filter" }, create("span", {}, words), control), control };
}

/** @param {(value: string) => void} pick */
function newSelect(pick) {
  const select = create("select", { class: "kw-pick", onchange: () => pick(select.value) });
  return select;
}

/** @param {"date" | "number"} type @param {(value: string) => void} pick */
function newInput(type, pick) {
  const number = type === "number" ? { min: 0, step: "any", inputmode: "decimal" } : {};
  const input = create("input", { type, class: "kw-pick", ...number, onchange: () => pick(input.value) });
  return input;
}

/** @param {HTMLSelectElement} select @param {Option[]} offered @param {string} value */
function options(select, offered, value) {
  const shows = JSON.stringify(offered);
  if (select.dataset.options !== shows) {
    select.dataset.options = shows;
    select.replaceChildren(...offered.map(([of, words]) => create("option", { value: of }, words)));
  }
  select.value = value;
}

/** Show a value where nobody types just now. @param {HTMLInputElement} input @param {string} value */
function put(input, value) {
  if (focused(input) !== input && input.value !== value) input.value = value;
  input.dataset.empty = input.value ? "no" : "yes";
}
