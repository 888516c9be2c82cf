// Takes as posters to click, and what posters and rows have in common: they stand in order, and what stays is kept.
// @ts-check
import { create, focused } from "../base/widget.js";
import { LETTERS } from "../player/letters.js";
import { poster } from "../player/poster.js";

/** @typedef {import("../base/widget.js").Model} Model */

/**
 * One take, as `cards.card` returns it.
 * @typedef {object} Card
 * @property {string} id
 * @property {string} title what tells its prompt from the others' here
 * @property {string} prompt
 * @property {string} status
 * @property {"run" | "done" | "bad" | "ask"} tone
 * @property {string} poster names its picture; empty where it has none yet
 * @property {number} rating
 * @property {string[]} tags
 * @property {string} facts
 * @property {string[]} cells
 */

/** The take that a card or a row is for. @param {Element} on @returns {string | undefined} */
export function takeOf(on) {
  return /** @type {HTMLElement | null} */ (on.closest("[data-take]"))?.dataset.take;
}

/** The cards or rows, in order. @param {HTMLElement} body */
export function places(body) {
  return /** @type {HTMLElement[]} */ (Array.from(body.querySelectorAll("[data-take]")));
}

/** What of a card or row has the keyboard. @param {HTMLElement} place @returns {HTMLElement | null} */
export function main(place) {
  return place.querySelector(".kw-take, .kw-link");
}

/**
 * Mark what is on the screen; where that is several, with the letters that it has there.
 * @param {HTMLElement} body @param {string[]} shown
 */
export function markShown(body, shown) {
  for (const el of places(body)) {
    const at = shown.indexOf(el.dataset.take ?? "");
    const letter = at >= 0 && shown.length > 1 ? LETTERS[at] ?? "" : "";
    const thumb = /** @type {HTMLElement | null} */ (el.querySelector(".kw-thumb"));
    if (thumb) thumb.dataset.letter = letter;
    if (el.matches("tr")) el.setAttribute("aria-selected", String(at >= 0));
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
 * @param {(take: Card) => unknown} shows what of a take shows
 * @param {(take: Card) => HTMLElement} make
 */
export function arrange(body, takes, shows, make) {
  const there = new Map(Array.from(body.children, (el) => [/** @type {HTMLElement} */ (el).dataset.take, /** @type {HTMLElement} */ (el)]));
  const wanted = new Set(takes.map((take) => take.id));
  for (const [id, el] of there) if (!wanted.has(id ?? "")) el.remove();
  let before = body.firstElementChild;
  for (const take of takes) {
    const content = JSON.stringify(shows(take));
    let el = there.get(take.id);
    if (el === before) before = el?.nextElementSibling ?? null;
    else if (el) body.insertBefore(el, before);
    if (el?.dataset.content === content) continue;
    const fresh = make(take);
    fresh.dataset.content = content;
    const held = Array.from(el?.querySelectorAll("button") ?? []).findIndex((button) => button === focused(body));
    if (el) el.replaceWith(fresh);
    else body.insertBefore(fresh, before);
    fresh.querySelectorAll("button")[held]?.focus();
  }
}

/** @param {HTMLElement} body @param {Card[]} takes */
export function showCards(body, takes) {
  body.querySelector("table")?.remove();
  arrange(body, takes, (take) => [take.title, take.prompt, take.status, take.poster, take.rating, take.facts], newCard);
}

/** @param {Card} take */
function newCard(take) {
  const card = create("button", { class: "kw-take", type: "button", dataset: { tone: take.tone }, title: take.prompt, "aria-keyshortcuts": "c" },
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

/**
 * Fetch a picture when its place comes into sight.
 * @param {Model} model @param {HTMLElement} root @param {AbortSignal} signal
 */
export function lazyPosters(model, root, signal) {
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

/**
 * Arrow keys go from card to card and from row to row. Gives the take that has the keyboard then; nothing where it stays.
 * @param {KeyboardEvent} event @param {HTMLElement} body @returns {string | undefined}
 */
export function moveAmong(event, body) {
  const all = places(body);
  const at = all.findIndex((place) => place.contains(focused(body)));
  const to = at + (step(event.key, all) ?? 0);
  if (at < 0 || to === at) return undefined;
  const next = all[Math.min(all.length - 1, Math.max(0, to))];
  if (!next || (event.key.match(/^Arrow(Up|Down)$/) && (to < 0 || to >= all.length))) return undefined; // there the page scrolls
  event.preventDefault();
  main(next)?.focus();
  return next.dataset.take;
}

/** How many cards or rows a key goes on. @param {string} key @param {HTMLElement[]} all @returns {number | undefined} */
function step(key, all) {
  const first = all[0];
  if (!first) return undefined;
  const rows = first.matches("tr");
  const across = rows ? 1 : all.findIndex((place) => place.offsetTop > first.offsetTop);
  const down = across < 0 ? undefined : across;
  const along = rows ? undefined : 1;
  /** @type {Record<string, number | undefined>} */
  const steps = { ArrowRight: along, ArrowLeft: along && -along, ArrowDown: down, ArrowUp: down && -down, Home: -Infinity, End: Infinity };
  return steps[key];
}
