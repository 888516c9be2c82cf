// Many takes at once, apart from what is on the screen: takes are marked, and a bar works with all that are.
// @ts-check
import { create, focused, saveTraits, watchTraits } from "../base/widget.js";
import { main, moveAmong, places } from "./cards.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./cards.js").Card} Card */

/**
 * @param {object} view
 * @param {Model} view.model
 * @param {AbortSignal} view.signal
 * @param {HTMLElement} view.body what holds the cards or rows
 * @param {(kind: string, fields: Record<string, unknown>) => void} view.tell
 * @param {() => void} view.refresh shows again what is on the screen
 */
export function newMarking({ model, signal, body, tell, refresh }) {
  let on = false;
  /** @type {string | undefined} where a range begins */
  let anchor;
  const marked = () => /** @type {string[]} */ (model.get("marked"));
  /** @param {Iterable<string>} takes */
  const mark = (takes) => {
    model.set("marked", [...new Set(takes)]);
    saveTraits(model);
  };
  const ids = () => places(body).map((place) => place.dataset.take ?? "");
  /** @param {string} take @param {boolean} range up to it, from what was marked before */
  const put = (take, range) => {
    const all = ids();
    const [from, to] = [all.indexOf(anchor ?? ""), all.indexOf(take)];
    if (range && from >= 0) mark([...marked(), ...all.slice(Math.min(from, to), Math.max(from, to) + 1)]);
    else mark(marked().includes(take) ? marked().filter((one) => one !== take) : [...marked(), take]);
    if (!range || from < 0) anchor = take;
  };
  const leave = () => {
    const held = bar.el.contains(focused(body));
    on = false;
    anchor = undefined;
    if (marked().length) mark([]);
    show();
    if (held) button.focus();
  };
  const all = () => mark([...marked(), ...ids()]);
  const button = create("button", {
    type: "button", class: "kw-quiet", "aria-pressed": "false", title: "Select several takes, to rate, tag or compare them at once",
    onclick: () => {
      if (on) return leave();
      on = true;
      show();
    },
  }, "Select");
  const bar = newBar({ work: (kind, fields) => tell(kind, { takes: marked(), ...fields }), all, leave });

  /** Show what is marked; called after each time that cards or rows were shown. */
  const show = () => {
    const now = new Set(marked());
    on ||= now.size > 0;
    body.classList.toggle("kw-marking", on);
    button.setAttribute("aria-pressed", String(on));
    bar.el.hidden = !on;
    refresh();
    for (const place of places(body)) {
      const button = main(place);
      const is = on && now.has(place.dataset.take ?? "");
      place.classList.toggle("kw-marked", is);
      if (on) {
        button?.removeAttribute("aria-pressed"); // what is on the screen: no box has it
        button?.setAttribute("role", "checkbox");
        button?.setAttribute("aria-checked", String(is));
      } else {
        button?.removeAttribute("role");
        button?.removeAttribute("aria-checked");
      }
    }
    const cards = /** @type {Card[]} */ (model.get("cards"));
    bar.show(now.size, cards.length, cards.filter((card) => now.has(card.id)).flatMap((card) => card.tags));
  };
  watchTraits(model, ["marked"], signal, show);

  /** @param {KeyboardEvent} event @returns {boolean} whether it was a key of the bar */
  const shortcut = (event) => {
    if (event.key === "Escape") leave();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") all();
    else if (event.ctrlKey || event.metaKey || event.altKey) return false;
    else if (/^[0-5]$/.test(event.key) && marked().length) bar.rate(Number(event.key));
    else if (event.key === "c" && marked().length) bar.compare();
    else if (event.key === "t") bar.field.focus();
    else return false;
    event.preventDefault();
    event.stopPropagation(); // the host has a meaning for these too
    return true;
  };
  bar.el.addEventListener("keydown", (event) => { if (event.key === "Escape") shortcut(event); }, { signal });
  return {
    button,
    bar: bar.el,
    show,
    active: () => on,
    /** @param {MouseEvent} event @param {string} take */
    click(event, take) { put(take, event.shiftKey); },
    /** @param {KeyboardEvent} event @param {string | undefined} take that has the keyboard */
    key(event, take) {
      if (!take || shortcut(event)) return;
      const to = moveAmong(event, body);
      if (!to || !event.shiftKey) return;
      anchor ??= take;
      mark([...marked(), take, to]);
    },
  };
}

/**
 * The bar: how many are marked, and what can be done with them. What is to come for them all (a bin) stands before Done.
 * @param {object} acts
 * @param {(kind: string, fields: Record<string, unknown>) => void} acts.work
 * @param {() => void} acts.all
 * @param {() => void} acts.leave
 */
function newBar({ work, all, leave }) {
  const count = create("b", { class: "kw-num", role: "status" });
  const rate = (/** @type {number} */ stars) => work("rate", { rating: stars || null });
  const compare = () => work("compare", {});
  const side = create("button", { type: "button", class: "kw-quiet", title: "Put them on the screen (c)", "aria-keyshortcuts": "c", onclick: compare }, "Compare");
  const stars = create("span", { class: "kw-stars", role: "group", "aria-label": "Rate them" }, ...[1, 2, 3, 4, 5].map((n) =>
    create("button", { type: "button", "aria-label": `${n} of 5 stars`, title: `${n} of 5 stars (${n})`, "aria-keyshortcuts": String(n), onclick: () => rate(n) }, "★")));
  const none = create("button", { type: "button", class: "kw-quiet", title: "Take their stars away (0)", "aria-keyshortcuts": "0", onclick: () => rate(0) }, "No stars");
  const field = create("input", { class: "kw-tag-field", type: "text", placeholder: "+ tag", title: "Tag them (t)", "aria-label": "Tag them", "aria-keyshortcuts": "t", maxlength: 40, size: 5 });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !field.value.trim()) return;
    event.preventDefault();
    event.stopPropagation();
    work("tag", { tag: field.value });
    field.value = "";
  });
  const off = create("select", { class: "kw-pick", "aria-label": "Take a tag off them", onchange: () => {
    if (off.value) work("untag", { tag: off.value });
    off.value = "";
  } });
  const every = create("button", { type: "button", class: "kw-quiet", title: "Select all of this page (Ctrl+A)", onclick: all });
  const done = create("button", { type: "button", class: "kw-quiet", title: "Select nothing (Escape)", onclick: leave }, "Done");
  const works = [side, none, field, off, ...stars.querySelectorAll("button")];
  return {
    el: create("div", { class: "kw-bulk", role: "group", "aria-label": "The selected takes" }, count, side, stars, none, field, off, create("span", { class: "kw-grow" }), every, done),
    field, rate, compare,
    /** @param {number} number @param {number} there of the page @param {string[]} tags those that they bear */
    show(number, there, tags) {
      const words = number ? `${number.toLocaleString("en")} selected` : "Click takes to select them";
      if (count.textContent !== words) count.textContent = words;
      for (const one of works) one.disabled = number === 0;
      every.textContent = `All ${there}`;
      every.hidden = there === 0;
      const borne = [...new Set(tags)];
      off.hidden = borne.length === 0;
      const options = JSON.stringify(borne);
      if (off.dataset.options === options) return;
      off.dataset.options = options;
      off.replaceChildren(create("option", { value: "" }, "− tag"), ...borne.map((tag) => create("option", { value: tag }, `#${tag}`)));
    },
  };
}
