// All takes of the library: posters to click, or the history as a table.
// @ts-check
import { create, focused, openView, saveTraits, sendCommand, showOptions, watchTraits } from "../base/widget.js";
import { lazyPosters, markShown, moveAmong, showCards, takeOf } from "./cards.js";
import { newFilters } from "./filters.js";
import { newMarking } from "./marking.js";
import { NEWEST, newColumnMenu, showTable } from "./table.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./cards.js").Card} Card */

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  openView({ model, el, signal }, "kw-shelf", "kw-card");
  const sum = create("small", { class: "kw-num" });
  const layouts = create("span", { class: "kw-seg", role: "group", "aria-label": "How to show them" });
  const body = create("div", { class: "kw-shelf-body", tabindex: -1 });
  const empty = create("p", { class: "kw-empty" });
  const answer = create("p", { class: "kw-status kw-shelf-answer", role: "status" });

  /** @param {string} text @param {string} [tone] */
  const say = (text, tone = "bad") => {
    answer.dataset.tone = tone;
    answer.textContent = text;
  };
  /** @param {string} kind @param {Record<string, unknown>} fields */
  const tell = (kind, fields) => sendCommand(model, kind, fields, { signal })
    .then(() => {
      say("");
      return true;
    }, (error) => {
      if (!signal.aborted) say(error.message);
      return signal.aborted;
    });
  /** @param {Record<string, unknown>} fields */
  const find = (fields) => void tell("find", fields);

  /** @type {string[] | null} what a person wants on the screen, until the kernel has heard it */
  let wanted = null;
  const shown = () => wanted ?? /** @type {string[]} */ (model.get("selected"));
  const marking = newMarking({ model, signal, body, tell, refresh: () => markShown(body, shown()) });
  const filters = newFilters({ model, signal, find, shown });
  const columns = newColumnMenu(model, signal);
  const pages = newPages(model, signal, () => { body.scrollTop = 0; });
  const tools = create("span", { class: "kw-shelf-tools" }, filters.button, marking.button, columns);
  el.append(
    create("div", { class: "kw-row kw-shelf-head" }, create("span", { class: "kw-label kw-grow" }, "History", sum), filters.search, tools, layouts),
    filters.row, filters.chips, marking.bar, answer, body, empty, pages);

  const pictures = lazyPosters(model, body, signal);
  /** @param {string} take @param {boolean} beside beside what is shown, or off again */
  const put = (take, beside) => {
    wanted = beside ? toggled(shown(), take) : [take];
    marking.show();
    tell(beside ? "add" : "show", { take }).then((heard) => { if (!heard) settle(); });
  };
  const settle = () => {
    wanted = null;
    marking.show();
  };
  body.addEventListener("click", (event) => {
    const on = /** @type {Element} */ (event.target);
    const take = takeOf(on);
    if (take && marking.active()) marking.click(event, take);
    else if (take) put(take, event.ctrlKey || event.metaKey || event.shiftKey || !!on.closest(".kw-beside"));
  }, { signal });
  // A click with Shift would select all text up to it.
  body.addEventListener("mousedown", (event) => { if (event.shiftKey) event.preventDefault(); }, { signal });
  body.addEventListener("keydown", (event) => {
    const take = takeOf(/** @type {Element} */ (event.target));
    if (marking.active()) return marking.key(event, take);
    if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey || !take) return void moveAmong(event, body);
    event.preventDefault();
    if (!event.repeat) put(take, true);
  }, { signal });

  watchTraits(model, ["arrangement"], signal, () => {
    const offered = [{ key: "posters", word: "Posters" }, { key: "table", word: "Table" }];
    showOptions(layouts, offered, model.get("arrangement"), (name) => { model.set("arrangement", name); saveTraits(model); });
    columns.hidden = model.get("arrangement") !== "table";
  });
  watchTraits(model, ["cards", "arrangement", "columns", "sort", "chips", "text"], signal, () => {
    /** @type {Card[]} */
    const takes = model.get("cards");
    const asTable = model.get("arrangement") === "table";
    body.classList.toggle("kw-as-table", asTable);
    body.hidden = takes.length === 0;
    empty.hidden = takes.length > 0;
    const { length } = model.get("chips").filter((/** @type {{ name: string }} */ { name }) => name !== "sort");
    empty.textContent = model.get("text") || length
      ? "No take fits. Search for less, or show all." : "Every take will be here, with its cost and its story.";
    const names = model.get("columns");
    if (!asTable) showCards(body, takes);
    // Columns that were chosen a moment ago have no cells yet: those come with the next cards.
    else if (names.length && takes.every((take) => take.cells.length === names.length)) showTable(body, takes, names, model.get("sort"), (sort) => find({ sort }));
    for (const picture of body.querySelectorAll("[data-poster]")) pictures.see(/** @type {HTMLElement} */ (picture));
    marking.show();
  });
  watchTraits(model, ["sum"], signal, () => { sum.textContent = model.get("sum"); });
  watchTraits(model, ["selected"], signal, settle);
  watchTraits(model, ["notice"], signal, () => say(model.get("notice").text ?? "", model.get("notice").tone));
}

/**
 * What leads on from one page of takes to the next.
 * @param {Model} model @param {AbortSignal} signal @param {() => void} turned
 */
function newPages(model, signal, turned) {
  /** @param {number} by */
  const turn = (by) => {
    model.set("page", model.get("page") + by);
    saveTraits(model);
    turned();
  };
  const back = create("button", { type: "button", class: "kw-quiet", onclick: () => turn(-1) });
  const on = create("button", { type: "button", class: "kw-quiet", onclick: () => turn(1) });
  const where = create("span", { class: "kw-num" });
  const el = create("nav", { class: "kw-shelf-pages", "aria-label": "Pages of the history" }, back, where, on);
  watchTraits(model, ["page", "pages", "sort"], signal, () => {
    const [page, pages] = [model.get("page"), model.get("pages")];
    const newest = model.get("sort") === NEWEST;
    el.hidden = pages < 2;
    back.textContent = newest ? "‹ Newer" : "‹ Previous";
    on.textContent = newest ? "Older ›" : "Next ›";
    where.textContent = `Page ${page} of ${pages}`;
    const held = focused(el);
    back.disabled = page <= 1;
    on.disabled = page >= pages;
    if (held === on && on.disabled) back.focus();
    if (held === back && back.disabled) on.focus();
  });
  return el;
}

/**
 * What is shown once a take was put beside it, or taken off. The last one stays.
 * @param {string[]} shown @param {string} take @returns {string[]}
 */
export function toggled(shown, take) {
  if (!shown.includes(take)) return [...shown, take];
  return shown.length === 1 ? shown : shown.filter((one) => one !== take);
}

export default { render };
