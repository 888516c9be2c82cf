// The history as a table: its headings sort it, and which columns it has is chosen in a small menu.
// @ts-check
import { closeElsewhere } from "../base/popup.js";
import { create, saveTraits, watchTraits } from "../base/widget.js";
import { arrange } from "./cards.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./cards.js").Card} Card */

export const NEWEST = "-confirmed"; // as `take_order.NEWEST`

const WRITTEN = new Set(["tags", "note", "problem"]); // columns whose words are a person's or the service's
const GREATEST_FIRST = new Set(["rating", "cost", "seconds", "confirmed", "took", "width", "height", "bytes"]);

/** @param {string} name of a column */
export const heading = (name) => name.replaceAll("_", " ");

/**
 * The order after a click on a heading: by its column, the other way round, and as it was.
 * @param {string} sort @param {string} column @returns {string}
 */
export function nextOrder(sort, column) {
  const [first, second] = GREATEST_FIRST.has(column) ? [`-${column}`, column] : [column, `-${column}`];
  return sort === first ? second : sort === second ? NEWEST : first;
}

/**
 * @param {HTMLElement} body
 * @param {Card[]} takes
 * @param {string[]} columns
 * @param {string} sort
 * @param {(sort: string) => void} order asks for another order
 */
export function showTable(body, takes, columns, sort, order) {
  let table = body.querySelector("table");
  if (table?.dataset.columns !== columns.join()) {
    table = create("table", { class: "kw-table kw-num", dataset: { columns: columns.join(), sort } },
      create("caption", { class: "kw-hidden" }, "The history"),
      create("thead", {}, create("tr", {}, ...columns.map((name) => newHeading(name, body, order)))),
      create("tbody"));
    body.replaceChildren(table);
  }
  table.dataset.sort = sort;
  for (const head of table.querySelectorAll("th")) {
    const name = head.dataset.column ?? "";
    const sorted = sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none";
    if (name !== "poster") head.setAttribute("aria-sort", sorted);
  }
  arrange(/** @type {HTMLElement} */ (table.querySelector("tbody")), takes,
    (take) => [take.tone, take.poster, take.title, take.prompt, take.cells], (take) => newRow(take, columns));
}

/** @param {string} name @param {HTMLElement} body @param {(sort: string) => void} order */
function newHeading(name, body, order) {
  if (name === "poster") return create("th", { scope: "col", dataset: { column: name } }, name);
  const sort = () => order(nextOrder(body.querySelector("table")?.dataset.sort ?? NEWEST, name));
  return create("th", { scope: "col", dataset: { column: name } },
    create("button", { type: "button", class: "kw-sort", title: `Sort by ${heading(name)}`, onclick: sort }, heading(name)));
}

/** @param {Card} take @param {string[]} columns */
function newRow(take, columns) {
  // What has the keyboard: the prompt, else whatever stands first.
  const linked = columns.includes("prompt") ? "prompt" : columns.find((name) => name !== "poster") ?? "poster";
  return create("tr", { dataset: { take: take.id, tone: take.tone } }, ...columns.map((name, i) => {
    const text = name === "prompt" ? take.title : take.cells[i] ?? "";
    const whole = name === "prompt" ? take.prompt : text;
    const shows = name === "poster" ? create("span", { class: "kw-thumb", dataset: { poster: take.poster ? take.id : "", named: take.poster } }) : text;
    const dir = WRITTEN.has(name) || name === "prompt" ? "auto" : null;
    const title = whole.length > 16 ? whole : null;
    const link = name === linked && create("button", {
      type: "button", class: "kw-link", dir, title, "aria-keyshortcuts": "c", "aria-label": name === "prompt" ? null : `${text} ${take.title}`.trim(),
    }, ...(name === "prompt" ? [create("span", { class: "kw-short" }, text), create("span", { class: "kw-whole" }, take.prompt)] : [shows]));
    return create("td", { class: `kw-col-${name.replaceAll("_", "-")}`, title: link ? null : title, dir: link ? null : dir }, link || shows);
  }));
}

/**
 * The menu that chooses the columns.
 * @param {Model} model @param {AbortSignal} signal
 */
export function newColumnMenu(model, signal) {
  const menu = create("div", { class: "kw-columns-menu", role: "group", "aria-label": "Columns" });
  const opener = create("button", { type: "button", class: "kw-quiet", "aria-expanded": "false", onclick: () => open(!!menu.hidden) }, "Columns");
  const el = create("span", { class: "kw-columns-choice" }, opener, menu);
  /** @param {boolean} show */
  const open = (show) => {
    menu.hidden = !show;
    opener.setAttribute("aria-expanded", String(show));
  };
  open(false);
  closeElsewhere(signal, { isOpen: () => !menu.hidden, elements: [el], opener, hide: () => open(false) });
  /** @param {string[]} columns */
  const choose = (columns) => {
    model.set("columns", columns);
    saveTraits(model);
  };
  const tick = () => {
    const now = new Set(model.get("columns"));
    for (const box of menu.querySelectorAll("input")) box.checked = now.has(box.value);
  };
  watchTraits(model, ["every_column"], signal, () => {
    const all = /** @type {string[]} */ (model.get("every_column"));
    menu.replaceChildren(...all.map((name) => create("label", { class: "kw-columns-one" },
      create("input", {
        type: "checkbox", value: name, onchange: (/** @type {Event} */ event) => {
          const now = /** @type {string[]} */ (model.get("columns"));
          const on = /** @type {HTMLInputElement} */ (event.target).checked;
          const next = on ? [...now, name] : now.filter((one) => one !== name);
          if (next.length) choose(next);
          else tick(); // one column stays
        },
      }), heading(name))),
    create("button", { type: "button", class: "kw-quiet", onclick: () => choose([]) }, "Reset"));
    tick();
  });
  watchTraits(model, ["columns"], signal, tick);
  return el;
}
