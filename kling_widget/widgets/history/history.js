// All takes of the library: posters to click, or the history as a table.
// @ts-check
import { create, focused, openView, saveTraits, sendCommand, showOptions, watchTraits } from "../base/widget.js";
import { LETTERS } from "../player/letters.js";
import { poster } from "../player/poster.js";

/** @typedef {import("../base/widget.js").Model} Model */

/**
 * One take, as `cards.card` returns it.
 * @typedef {object} Card
 * @property {string} id
 * @property {string} title
 * @property {string} status
 * @property {"run" | "done" | "bad" | "ask"} tone
 * @property {string} poster names its picture; empty where it has none yet
 * @property {number} rating
 * @property {string} facts
 * @property {string[]} cells
 */

const WRITTEN = new Set(["tags", "note"]); // columns that a person wrote
const TYPING = 200; // ms of rest after which a search is asked for

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  openView({ model, el, signal }, "kw-shelf", "kw-card");
  const sum = create("small", { class: "kw-num" });
  const search = create("input", { type: "search", class: "kw-find", placeholder: "Search prompts…", "aria-label": "Search prompts" });
  const status = create("select", { class: "kw-pick", "aria-label": "Which takes" });
  const layouts = create("span", { class: "kw-seg", role: "group", "aria-label": "How to show them" });
  const body = create("div", { class: "kw-shelf-body", tabindex: -1 });
  const empty = create("p", { class: "kw-empty" });
  const trouble = create("p", { class: "kw-status", role: "status", dataset: { tone: "bad" } });
  el.append(
    create("div", { class: "kw-row kw-shelf-head" }, create("span", { class: "kw-label kw-grow" }, "History", sum), search, status, layouts),
    body, empty, trouble);

  /** @param {string} kind @param {Record<string, unknown>} fields */
  const tell = (kind, fields) => sendCommand(model, kind, fields, { signal })
    .then(() => {
      trouble.textContent = "";
      return true;
    }, (error) => {
      if (!signal.aborted) trouble.textContent = error.message;
      return signal.aborted;
    });
  const pictures = lazyPosters(model, body, signal);

  let typing = 0;
  const find = () => tell("find", { search: search.value, status: status.value });
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(find, TYPING);
  }, { signal });
  status.addEventListener("change", find, { signal });
  /** @type {string[] | null} what a person wants on the screen, until the kernel has heard it */
  let wanted = null;
  const shown = () => wanted ?? /** @type {string[]} */ (model.get("selected"));
  /** @param {string} take @param {boolean} beside beside what is shown, or off again */
  const put = (take, beside) => {
    wanted = beside ? toggled(shown(), take) : [take];
    mark(body, wanted);
    tell(beside ? "add" : "show", { take }).then((heard) => { if (!heard) settle(); });
  };
  const settle = () => {
    wanted = null;
    mark(body, shown());
  };
  body.addEventListener("click", (event) => {
    const on = /** @type {Element} */ (event.target);
    const take = takeOf(on);
    if (take) put(take, event.ctrlKey || event.metaKey || event.shiftKey || !!on.closest(".kw-beside"));
  }, { signal });
  // A click with Shift would select all text up to it.
  body.addEventListener("mousedown", (event) => { if (event.shiftKey) event.preventDefault(); }, { signal });
  body.addEventListener("keydown", (event) => {
    const take = takeOf(/** @type {Element} */ (event.target));
    if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey || !take) return moveAmongCards(event, body);
    event.preventDefault();
    if (!event.repeat) put(take, true);
  }, { signal });
  signal.addEventListener("abort", () => clearTimeout(typing));

  watchTraits(model, ["arrangement"], signal, () => {
    const offered = [{ key: "posters", word: "Posters" }, { key: "table", word: "Table" }];
    showOptions(layouts, offered, model.get("arrangement"), (name) => { model.set("arrangement", name); saveTraits(model); });
  });
  watchTraits(model, ["statuses", "status", "text"], signal, () => {
    status.replaceChildren(...model.get("statuses").map((/** @type {string} */ name) =>
      create("option", { value: name, selected: name === model.get("status") }, name.charAt(0).toUpperCase() + name.slice(1))));
    if (focused(search) !== search) search.value = model.get("text");
  });
  watchTraits(model, ["cards", "arrangement", "headings"], signal, () => {
    /** @type {Card[]} */
    const takes = model.get("cards");
    const asTable = model.get("arrangement") === "table";
    body.classList.toggle("kw-as-table", asTable);
    body.hidden = takes.length === 0;
    empty.hidden = takes.length > 0;
    empty.textContent = model.get("text") || model.get("status") !== "all"
      ? "No take fits. Search for less, or show all." : "Every take will be here, with its cost and its story.";
    if (asTable) showTable(body, takes, model.get("headings"));
    else showCards(body, takes);
    for (const picture of body.querySelectorAll("[data-poster]")) pictures.see(/** @type {HTMLElement} */ (picture));
    mark(body, shown());
  });
  watchTraits(model, ["sum"], signal, () => { sum.textContent = model.get("sum"); });
  watchTraits(model, ["selected"], signal, settle);
}

/**
 * What is shown once a take was put beside it, or taken off. The last one stays.
 * @param {string[]} shown @param {string} take @returns {string[]}
 */
export function toggled(shown, take) {
  if (!shown.includes(take)) return [...shown, take];
  return shown.length === 1 ? shown : shown.filter((one) => one !== take);
}

/** The take that a card or a row is for. @param {Element} on @returns {string | undefined} */
function takeOf(on) {
  return /** @type {HTMLElement | null} */ (on.closest("[data-take]"))?.dataset.take;
}

/**
 * Mark what is on the screen; where that is several, with the letters that it has there.
 * @param {HTMLElement} body @param {string[]} shown
 */
function mark(body, shown) {
  for (const el of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-take]"))) {
    const at = shown.indexOf(el.dataset.take ?? "");
    const letter = at >= 0 && shown.length > 1 ? LETTERS[at] ?? "" : "";
    const thumb = /** @type {HTMLElement | null} */ (el.querySelector(".kw-thumb"));
    if (thumb) thumb.dataset.letter = letter;
    if (thumb) el.setAttribute("aria-selected", String(at >= 0));
    el.querySelector(".kw-take")?.setAttribute("aria-pressed", String(at >= 0));
    const beside = /** @type {HTMLElement | null} */ (el.querySelector(".kw-beside"));
    if (!beside) continue;
    const says = at >= 0 ? "Take off the screen" : "Compare with what is shown";
    beside.hidden = at >= 0 && !letter; // it stands alone there
    beside.textContent = letter || "+";
    beside.title = `${says} (c)`;
    beside.setAttribute("aria-label", says);
    beside.classList.toggle("kw-on", at >= 0);
  }
}

/**
 * Show takes in order. What stays is kept, and with it its picture and the keyboard.
 * @param {HTMLElement} body what holds them
 * @param {Card[]} takes
 * @param {(take: Card) => unknown} look what of a take shows
 * @param {(take: Card) => HTMLElement} make
 */
function arrange(body, takes, look, make) {
  const known = new Map(Array.from(body.children, (el) => [/** @type {HTMLElement} */ (el).dataset.take, /** @type {HTMLElement} */ (el)]));
  const wanted = new Set(takes.map((take) => take.id));
  for (const [id, el] of known) if (!wanted.has(id ?? "")) el.remove();
  let before = body.firstElementChild;
  for (const take of takes) {
    const shows = JSON.stringify(look(take));
    let el = known.get(take.id);
    if (el === before) before = el?.nextElementSibling ?? null;
    else if (el) body.insertBefore(el, before);
    if (el?.dataset.look === shows) continue;
    const fresh = make(take);
    fresh.dataset.look = shows;
    const held = Array.from(el?.querySelectorAll("button") ?? []).findIndex((button) => button === focused(body));
    if (el) el.replaceWith(fresh);
    else body.insertBefore(fresh, before);
    fresh.querySelectorAll("button")[held]?.focus();
  }
}

/** @param {HTMLElement} body @param {Card[]} takes */
function showCards(body, takes) {
  body.querySelector("table")?.remove();
  arrange(body, takes, (take) => [take.title, take.status, take.poster, take.rating, take.facts], newCard);
}

/** @param {Card} take */
function newCard(take) {
  const card = create("button", { class: "kw-take", type: "button", dataset: { tone: take.tone }, title: take.title, "aria-keyshortcuts": "c" },
    create("span", { class: "kw-take-picture", dataset: { poster: take.poster ? take.id : "", named: take.poster } },
      take.poster ? null : create("span", { class: "kw-take-state" }, take.status)),
    create("span", { class: "kw-take-text" },
      create("span", { class: "kw-take-title", dir: "auto" }, take.title),
      create("span", { class: "kw-take-facts kw-num" },
        create("span", { class: take.rating ? "kw-stars" : "" }, "★".repeat(take.rating)),
        create("span", {}, take.facts))));
  // The keyboard has a letter for it: there are no two stops a card on its way through the shelf.
  const beside = create("button", { class: "kw-beside", type: "button", tabindex: -1 });
  return create("div", { class: "kw-place", role: "group", "aria-label": take.title, dataset: { take: take.id } }, card, beside);
}

/** @param {HTMLElement} body @param {Card[]} takes @param {string[]} headings */
function showTable(body, takes, headings) {
  let table = body.querySelector("table");
  if (table?.dataset.headings !== headings.join()) {
    table = create("table", { class: "kw-table kw-num", dataset: { headings: headings.join() } },
      create("caption", { class: "kw-hidden" }, "The history, newest first"),
      create("thead", {}, create("tr", {}, ...headings.map((name) => create("th", { scope: "col" }, name)))),
      create("tbody"));
    body.replaceChildren(table);
  }
  arrange(/** @type {HTMLElement} */ (table.querySelector("tbody")), takes, (take) => [take.tone, take.poster, take.cells], (take) => newRow(take, headings));
}

/** @param {Card} take @param {string[]} headings */
function newRow(take, headings) {
  return create("tr", { dataset: { take: take.id, tone: take.tone } },
    create("td", {}, create("span", { class: "kw-thumb", dataset: { poster: take.poster ? take.id : "", named: take.poster } })),
    ...take.cells.map((text, i) => {
      const name = headings[i + 1] ?? "";
      return name === "prompt"
        ? create("td", { class: "kw-col-prompt" }, create("button", { type: "button", class: "kw-link", dir: "auto", title: text, "aria-keyshortcuts": "c" }, text))
        : create("td", { class: `kw-col-${name.replace(" ", "-")}`, title: text.length > 24 ? text : null, dir: WRITTEN.has(name) ? "auto" : null }, text);
    }));
}

/**
 * Fetch a picture when its place comes into sight.
 * @param {Model} model @param {HTMLElement} root @param {AbortSignal} signal
 */
function lazyPosters(model, root, signal) {
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      const place = /** @type {HTMLElement} */ (target);
      poster(model, place.dataset.poster ?? "", signal, place.dataset.named).then((url) => {
        if (url) place.append(create("img", { src: url, alt: "", draggable: "false" }));
        else delete place.dataset.seen;
      }, () => { delete place.dataset.seen; });
    }
  }, { root, rootMargin: "200px" });
  signal.addEventListener("abort", () => watcher.disconnect());
  return {
    /** @param {HTMLElement} place */
    see(place) {
      if (!place.dataset.poster || place.dataset.seen) return;
      place.dataset.seen = "yes";
      watcher.observe(place);
    },
  };
}

/** Arrow keys go from card to card. @param {KeyboardEvent} event @param {HTMLElement} body */
function moveAmongCards(event, body) {
  const by = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
  const cards = /** @type {HTMLElement[]} */ (Array.from(body.querySelectorAll(".kw-take")));
  const at = cards.findIndex((card) => card.parentElement?.contains(focused(body)));
  if (by === undefined || at < 0) return;
  event.preventDefault();
  cards[Math.min(cards.length - 1, Math.max(0, at + by))]?.focus();
}

export default { render };
