// The elements that there are, to choose from, and the way to a new one.
// @ts-check
import { create, focused, newId } from "../base/widget.js";
import { closeElsewhere } from "../base/popup.js";
import { newcomer } from "./new_element.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./new_element.js").Host} Host */
/** @typedef {import("./elements.js").ElementRow} ElementRow */

/**
 * The elements to choose from, and the form for a new one.
 * @param {{ model: Model, host: Host, signal: AbortSignal, add: HTMLElement, value: () => string[],
 *   portrait: (one: Pick<ElementRow, "name" | "element_id" | "picture">) => Node, choose: (id: string) => boolean, leave: (id: string) => void,
 *   tell: (kind: string, fields: Record<string, unknown>) => Promise<void>, say: (words: string) => void,
 *   expect: (name: string) => void }} view `expect` is called with the name of an element that will be made
 * @returns {{ el: HTMLElement, status: HTMLElement, show: () => void }} `status`: the words that stand in it while it is open
 */
export function elementList({ model, host, signal, add, value, portrait, choose, leave, tell, say, expect }) {
  const search = create("input", { class: "kw-entry", type: "search", placeholder: "Search elements…", "aria-label": "Search elements" });
  const rows = create("ul", { class: "kw-element-rows", "aria-label": "Elements" });
  const empty = create("p", { class: "kw-empty" }, "No element goes by that name.");
  const status = create("p", { class: "kw-status", role: "status" });
  const list = create("div", { class: "kw-element-list" }, search, rows, empty,
    create("button", { class: "kw-quiet", type: "button", onclick: () => showForm(search.value.trim()) }, "New…"));
  const form = newcomer({ model, host, signal, back: () => showList(), done: (id, words, making) => {
    close();
    if (id) choose(id);
    if (making) expect(making);
    if (words) say(words);
  } });
  const el = create("div", { class: "kw-element-popup", role: "dialog", "aria-label": "Choose elements", id: `kw-element-${newId()}`, hidden: true }, list, form.el, status);
  add.setAttribute("aria-controls", el.id);
  add.setAttribute("aria-expanded", "false");

  const picks = () => /** @type {HTMLButtonElement[]} */ (Array.from(rows.querySelectorAll(".kw-element-pick:enabled")));
  const show = () => {
    if (el.hidden || list.hidden) return;
    const ids = value(), wanted = folded(search.value).trim();
    /** @type {ElementRow[]} */
    const fitting = model.get("available").filter((/** @type {ElementRow} */ one) => folded(`${one.name} ${one.note}`).includes(wanted));
    const held = picks().indexOf(/** @type {HTMLButtonElement} */ (focused(el)));
    rows.replaceChildren(...fitting.map((one) => {
      const on = one.state === "ready" && ids.includes(one.element_id);
      const about = { ready: one.note, making: "being made", failed: "not made" }[one.state];
      return create("li", {},
        create("button", { class: "kw-element-pick", type: "button", "aria-pressed": String(on), disabled: one.state !== "ready", title: one.problem || one.note || null,
          onclick: () => { if (on) leave(one.element_id); else choose(one.element_id); } },
        portrait(one), create("span", { dir: "auto" }, one.name), create("small", { dir: "auto" }, about)),
        one.state === "making" ? null : forgetter(one.name, () => tell("forget", { name: one.name })));
    }));
    empty.hidden = fitting.length > 0;
    if (held >= 0) picks()[Math.min(held, picks().length - 1)]?.focus();
  };
  const showList = () => {
    list.hidden = false;
    form.el.hidden = true;
    status.textContent = "";
    show();
    search.focus();
  };
  /** @param {string} looked */
  const showForm = (looked) => {
    list.hidden = true;
    form.el.hidden = false;
    status.textContent = "";
    form.begin(looked);
  };
  const close = closeElsewhere(signal, { isOpen: () => !el.hidden, elements: [el, add], opener: add, keeps: () => !form.el.hidden && form.filled(), hide: () => {
    el.hidden = true;
    add.setAttribute("aria-expanded", "false");
  } });
  add.addEventListener("click", () => {
    if (!el.hidden) return close();
    say("");
    el.hidden = false;
    add.setAttribute("aria-expanded", "true");
    search.value = "";
    if (model.get("available").length) showList();
    else showForm("");
  }, { signal });
  search.addEventListener("input", show, { signal });
  el.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    else if (event.key === "Enter" && event.target === search) picks()[0]?.click();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = [search, ...picks()], at = all.indexOf(/** @type {HTMLButtonElement} */ (focused(el)));
      all[Math.min(all.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
  return { el, status, show };
}

/** A text in which case, and how accents are written, no longer count. @param {string} text */
function folded(text) {
  return text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}

/** A button that is pressed twice: the first time it asks. @param {string} name @param {() => void} forget */
function forgetter(name, forget) {
  const button = create("button", { class: "kw-quiet kw-forget", type: "button", "aria-label": `Forget ${name}` }, "×");
  button.addEventListener("click", () => {
    if (button.dataset.sure) return forget();
    button.dataset.sure = "yes";
    button.textContent = "Forget";
    button.setAttribute("aria-label", `Forget ${name} for good? It stays at the service.`);
  });
  button.addEventListener("blur", () => {
    delete button.dataset.sure;
    button.textContent = "×";
    button.setAttribute("aria-label", `Forget ${name}`);
  });
  return button;
}
