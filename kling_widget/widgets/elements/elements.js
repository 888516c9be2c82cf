// The elements of a request: the chosen ones as chips, those to choose from in a list, and what the prompt leaves unsaid.
// @ts-check
import { create, focused, openView, saveTraits, sendCommand, watchTraits } from "../base/widget.js";
import { elementList } from "./element_list.js";
import { followArea, markNames, namedIn, writeInto } from "./name_marks.js";
import { studioRoot } from "../base/root.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./new_element.js").Host} Host */

/**
 * One element, as `elements.element_row` returns it. Ids exceed what a number here can hold: they are strings, always.
 * @typedef {object} ElementRow
 * @property {string} name
 * @property {string} element_id
 * @property {string} note
 * @property {boolean} picture
 * @property {"ready" | "making" | "failed"} state
 * @property {string} problem
 */

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: Host }} view */
function render({ model, el, signal, host }) {
  openView({ model, el, signal }, "kw-elements");
  const chips = create("span", { class: "kw-element-chips" });
  const add = create("button", { class: "kw-element kw-element-add", type: "button", "aria-haspopup": "dialog" }, "+ add");
  const hints = create("div", { class: "kw-element-hints", "aria-live": "polite" });
  const status = create("p", { class: "kw-status", role: "status" });
  const problem = create("p", { class: "kw-status", role: "status", dataset: { tone: "bad" } });
  const below = create("div", { class: "kw-element-below" }, status, problem, hints);

  /** @returns {ElementRow[]} */
  const available = () => model.get("available");
  /** Names of elements that the kernel has promised to make, and does not list yet. @type {Set<string>} */
  const expected = new Set();
  let shown = true; // a model that takes no elements has no row for them, and names mean nothing to it
  const ready = () => (shown ? available().filter(({ state }) => state === "ready") : []);
  /** @returns {string[]} */
  const value = () => model.get("value").map((/** @type {{ element_id: string }} */ one) => one.element_id);
  const chosen = () => value().flatMap((id) => ready().find((one) => one.element_id === id)?.name ?? []);
  const portrait = portraits(model, signal);

  /** @param {string[]} ids */
  const put = (ids) => {
    model.set("value", ids.map((id) => ({ element_id: id })));
    saveTraits(model);
  };
  /** @param {string} id @returns {boolean} whether there was room for it */
  const choose = (id) => {
    const ids = value(), most = model.get("most");
    if (ids.includes(id)) return true;
    if (ids.length >= most) {
      say(`At most ${most} elements in a clip. Leave one out first.`, "wait");
      return false;
    }
    say("");
    put([...ids, id]);
    return true;
  };
  /** @param {string} id */
  const leave = (id) => {
    say("");
    put(value().filter((one) => one !== id));
  };
  /** @param {string} name */
  const chooseByName = (name) => choose(ready().find((one) => one.name === name)?.element_id ?? "");
  /** @param {string} words @param {"ok" | "wait" | "bad"} [tone] */
  const say = (words, tone = "ok") => {
    for (const place of [status, pop.status]) {
      place.textContent = words;
      place.dataset.tone = tone;
    }
  };
  /** @param {string} kind @param {Record<string, unknown>} fields */
  const tell = (kind, fields) => sendCommand(model, kind, fields, { signal }).then(() => {}, (error) => { if (!signal.aborted) say(error.message, "bad"); });

  const pop = elementList({ model, host, signal, add, value, portrait, choose, leave, tell, say: (words) => say(words), expect: (name) => {
    expected.add(name);
    showAll();
  } });
  el.append(create("div", { class: "kw-element-line" }, create("span", { class: "kw-label" }, "Elements"), create("div", { class: "kw-row" }, chips, add), pop.el), below);

  /** @type {HTMLTextAreaElement | null} */
  let area = null;
  /** @type {Model | null} */
  let prompt = null;
  /** @type {Model | null} */
  let board = null;
  /** @type {EventTarget | null} the shot's words that the keyboard was in last */
  let lastShot = null;
  let drawMarks = () => {};

  const showChips = () => {
    const all = available(), ids = value();
    for (const { name } of all) expected.delete(name);
    const making = [...all.filter(({ state }) => state === "making"), ...Array.from(expected, (name) => ({ name, element_id: "", picture: false }))];
    const looks = JSON.stringify([ids, all, making]);
    if (chips.dataset.looks === looks) return;
    chips.dataset.looks = looks;
    const held = Array.from(chips.querySelectorAll("button")).indexOf(/** @type {HTMLButtonElement} */ (focused(chips)));
    chips.replaceChildren(
      ...ids.map((id) => {
        const one = all.find(({ element_id }) => element_id === id);
        const name = one?.name ?? `…${id.slice(-6)}`;
        return create("span", { class: "kw-element", title: one ? one.note || null : `An element that this library has no name for: ${id}` },
          portrait(one ?? { name, element_id: id, picture: false }), create("bdi", {}, name),
          create("button", { type: "button", "aria-label": `Leave ${name} out`, onclick: () => leave(id) }, "×"));
      }),
      ...making.map((one) => create("span", { class: "kw-element kw-element-making" }, portrait(one), create("bdi", {}, one.name), " · being made")));
    const buttons = chips.querySelectorAll("button");
    if (held >= 0) (buttons[Math.min(held, buttons.length - 1)] ?? add).focus();
  };

  const showHints = () => {
    const shots = /** @type {{ prompt: string }[]} */ (board?.get("value") ?? []).map((shot) => shot.prompt);
    const replaced = shotsOnly(); // what is not sent names nobody
    const text = [...(replaced ? [] : [area?.value ?? prompt?.get("value") ?? ""]), ...shots].join("\n");
    const there = new Set(namedIn(text, ready().map(({ name }) => name)).map(({ name }) => name));
    const names = chosen(), takesMore = value().length < model.get("most");
    const unnamed = names.filter((name) => !there.has(name));
    const unchosen = takesMore ? Array.from(there).filter((name) => !names.includes(name)) : [];
    const failed = available().filter(({ state }) => state === "failed");
    const looks = JSON.stringify([unnamed, unchosen, failed, Boolean(area), shots.length > 0]);
    if (hints.dataset.looks === looks) return;
    hints.dataset.looks = looks;
    hints.replaceChildren(
      ...unnamed.map((name) => hint("warn", replaced ? `${name} is not named in a shot.` : shots.length ? `${name} is named neither in the prompt nor in a shot.` : `${name} is not named in the prompt.`,
        area ? "Insert" : "", () => insert(name))),
      ...unchosen.map((name) => hint("soft", `${name} is named, but not chosen.`, "Choose", () => chooseByName(name))),
      ...failed.map(({ name, problem: reason }) => hint("bad", `${name} was not made. ${reason}`, "Forget", () => tell("forget", { name }))));
    const needs = below.getBoundingClientRect().height;
    if (needs > (parseFloat(el.style.getPropertyValue("--kw-hints")) || 0)) el.style.setProperty("--kw-hints", `${needs}px`);
  };

  /** Whether the shots stand in the prompt's place: then a name counts in them only. */
  const shotsOnly = () => Boolean(board?.get("value").length) && !(board?.get("both") && board.get("offers_both"));
  /** Where a name goes that is to count: the words that a person was in last, of those that are sent. */
  const target = () => {
    if (!shotsOnly()) return area;
    const words = /** @type {HTMLTextAreaElement[]} */ (Array.from(area?.closest(".kw-builder")?.querySelectorAll(".kw-shot-words") ?? []));
    return words.find((one) => one === lastShot) ?? words.find((one) => one.tabIndex === 0) ?? words[0] ?? null;
  };
  /** Put a name where the caret is, or was. @param {string} name */
  const insert = (name) => {
    const words = target();
    if (!words) return;
    const { value: text, selectionEnd: at } = words;
    const before = at > 0 && !/\s/.test(text.charAt(at - 1)) ? " " : "", after = at < text.length && !/[\s.,;:!?)]/.test(text.charAt(at)) ? " " : "";
    writeInto(words, at, at, before + name + after);
  };

  const showAll = () => {
    showChips();
    drawMarks();
    showHints();
    pop.show();
  };
  studioRoot(el, signal).then((root) => root.addEventListener("focusin", (event) => {
    if (event.target instanceof Element && event.target.matches(".kw-shot-words")) lastShot = event.target;
  }, { signal }));
  studioRoot(el, signal).then((root) => followArea(root, signal, (found, life) => {
    area = found;
    drawMarks = markNames(found, {
      ready: () => ready().map(({ name }) => name),
      chosen: (name) => chosen().includes(name),
      choose: chooseByName,
      portrait: (name) => portrait(ready().find((one) => one.name === name) ?? { name, element_id: "", picture: false }),
      heard: showHints,
    }, life);
    showHints();
  }));
  watchTraits(model, ["value", "available", "most"], signal, showAll);
  watchTraits(model, ["available"], signal, () => el.classList.toggle("kw-element-saved", available().length > 0));
  const watcher = new ResizeObserver(() => {
    if (shown === el.getClientRects().length > 0) return;
    shown = !shown;
    showAll();
  });
  watcher.observe(el);
  signal.addEventListener("abort", () => watcher.disconnect());
  watchTraits(model, ["problem"], signal, () => { problem.textContent = model.get("problem"); });
  const hear = () => {
    drawMarks();
    showHints();
  };
  for (const [ref, keep] of /** @type {[string, (found: Model) => void][]} */ ([
    [model.get("prompt"), (found) => { prompt = found; }],
    [model.get("board"), (found) => {
      board = found;
      watchTraits(found, ["both", "offers_both"], signal, () => showHints());
    }],
  ]))
    if (ref) host.getModel(ref).then((found) => {
      keep(found);
      watchTraits(found, ["value"], signal, hear);
    }, () => {}); // then the page's own textarea says what is named
}

/** @param {string} tone @param {string} words @param {string} action @param {() => void} act */
function hint(tone, words, action, act) {
  return create("p", { class: "kw-element-hint", dataset: { tone } }, words,
    action ? create("button", { class: "kw-quiet", type: "button", onclick: act, "aria-label": `${action}: ${words}` }, action) : null);
}

/**
 * Draw elements: their picture, asked for once, on a ground that follows from the name.
 * @param {Model} model
 * @param {AbortSignal} signal
 */
function portraits(model, signal) {
  /** @type {Map<string, Promise<string>>} */
  const held = new Map();
  signal.addEventListener("abort", () => { for (const url of held.values()) void url.then(URL.revokeObjectURL, () => {}); });
  /** @param {string} name @returns {Promise<string>} */
  const fetchPicture = (name) => sendCommand(model, "picture", { name }, { signal }).then(({ buffers }) => {
    const image = /** @type {BlobPart | undefined} */ (/** @type {unknown} */ (buffers[0]));
    return image ? URL.createObjectURL(new Blob([image])) : "";
  });
  /** @param {Pick<ElementRow, "name" | "element_id" | "picture">} one */
  return ({ name, element_id, picture }) => {
    const hue = Array.from(name).reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 360, 0);
    const drawn = create("i", { class: "kw-portrait", "aria-hidden": "true", style: { "--kw-hue": hue } });
    if (!picture) return drawn;
    const key = `${name} ${element_id}`, fetched = held.get(key) ?? fetchPicture(name);
    held.set(key, fetched);
    fetched.then((url) => { if (url) drawn.append(create("img", { src: url, alt: "", draggable: "false" })); }, () => held.delete(key));
    return drawn;
  };
}

export default { render };
