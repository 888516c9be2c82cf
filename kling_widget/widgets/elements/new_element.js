// The form for an element that the library does not know yet: one whose id a person has, or one to be made from pictures.
// @ts-check
import { create, sendCommand, showOptions } from "../base/widget.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {{ getModel: (ref: string) => Promise<Model>, getWidget: (ref: string) => Promise<{ render: (view: { el: HTMLElement, signal: AbortSignal }) => Promise<void> }> }} Host */

const UNHEARD = 2500; // ms without an answer until it is said that the kernel is busy

/**
 * @param {{ model: Model, host: Host, signal: AbortSignal, done: (saved: string, words: string, making: string) => void, back: () => void }} view
 *   `done` is called with the id of an element that was brought in, empty where one is being made, with what was answered
 * @returns {{ el: HTMLElement, filled: () => boolean, begin: (name: string) => void }} `filled`: whether anything is typed in it;
 *   `begin` shows it to somebody who looked for a name
 */
export function newcomer({ model, host, signal, done, back }) {
  const name = create("input", { class: "kw-entry", maxlength: 20, autocomplete: "off" });
  const id = create("input", { class: "kw-entry kw-num", maxlength: 64, autocomplete: "off", inputmode: "numeric", spellcheck: "false" });
  const note = create("input", { class: "kw-entry", maxlength: 100, autocomplete: "off" });
  const description = create("input", { class: "kw-entry", maxlength: 100, autocomplete: "off" });
  const pictures = picturesOf(model, host, signal);
  const ways = create("span", { class: "kw-seg", role: "group", "aria-label": "How it comes in" });
  const status = create("p", { class: "kw-status", role: "status", dataset: { tone: "bad" } });
  const submit = create("button", { class: "kw-plain", type: "button" });
  const foot = create("div", { class: "kw-row" });
  const had = create("div", { class: "kw-newcomer-way" }, labelled("Its id at the service", id), labelled("Note, for yourself", note));
  const made = create("div", { class: "kw-newcomer-way" }, labelled("What it is, in a few words", description), pictures.el);
  // No form of the page's own: the media control inside of it has keys of its own.
  const form = create("div", { class: "kw-newcomer", role: "group", "aria-label": "A new element" }, ways, labelled("Name, as the prompt will say it", name), had, made, foot, status);

  let way = "had";
  const offer = () => {
    const price = model.get("price");
    showOptions(ways, [{ key: "had", word: "I have its id" }, { key: "made", word: `Make one · ${price}`, label: `Make one from pictures, for ${price}` }], way,
      (key) => { way = key; offer(); });
    had.hidden = way !== "had";
    made.hidden = way !== "made";
    submit.textContent = way === "had" ? "Save" : "Make it…";
    foot.replaceChildren(submit, create("button", { class: "kw-quiet", type: "button", onclick: back }, "Back"));
    status.textContent = "";
  };
  const empty = () => { for (const entry of [name, id, note, description]) entry.value = ""; };

  const save = async () => {
    submit.disabled = true;
    try {
      const { answer } = await sendCommand(model, "save", { name: name.value, element_id: id.value, note: note.value }, { signal });
      done(answer.element_id, "", "");
      empty();
    } catch (error) {
      say(error);
    } finally {
      submit.disabled = false;
    }
  };
  /** What costs money is asked for once more, at its price, and sent once. */
  const confirm = () => {
    const given = { name: name.value.trim(), description: description.value.trim(), pictures: pictures.given(), price: model.get("price") };
    const lacks = !given.name ? "Give it a name first." : pictures.waiting() ? "A picture is still on its way: wait a moment."
      : !given.pictures.length ? "Give it a picture first." : "";
    if (lacks) {
      status.textContent = lacks;
      return /** @type {HTMLElement | null} */ (given.name ? pictures.el.querySelector("textarea, input, button") : name)?.focus();
    }
    const count = given.pictures.length === 1 ? "1 picture" : `${given.pictures.length} pictures`;
    const yes = create("button", { class: "kw-go-button kw-num", type: "button" }, "Make", create("span", { class: "kw-go-price" }, given.price));
    yes.setAttribute("aria-label", `Make ${given.name} for about ${given.price}`);
    yes.addEventListener("click", (event) => { if (event.detail < 2 && !yes.disabled) make(given, yes); }, { signal });
    foot.replaceChildren(create("span", { class: "kw-newcomer-question" }, `Make ${given.name} from ${count}?`), yes,
      create("button", { class: "kw-quiet", type: "button", onclick: () => { offer(); submit.focus(); } }, "Not now"));
    status.textContent = "";
    yes.focus();
  };
  /** @param {Record<string, unknown>} given @param {HTMLButtonElement} yes */
  const make = async (given, yes) => {
    yes.disabled = true;
    const slow = setTimeout(() => {
      status.textContent = "The kernel is busy with a cell, or gone. Your click waits and will be carried out once; there is no need to click again.";
    }, UNHEARD);
    try {
      const { answer } = await sendCommand(model, "create", given, { signal });
      offer();
      done("", answer.text ?? `${given.name} is being made.`, answer.name ?? given.name);
      empty();
    } catch (error) {
      offer();
      say(error);
    } finally {
      clearTimeout(slow);
    }
  };
  /** @param {unknown} error */
  const say = (error) => { if (!signal.aborted) status.textContent = error instanceof Error ? error.message : String(error); };

  const go = () => {
    if (submit.disabled || !submit.isConnected) return;
    if (way === "had") save();
    else confirm();
  };
  submit.addEventListener("click", go, { signal });
  for (const entry of [name, id, note, description])
    entry.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) go(); }, { signal });
  // Words that change after they were asked about are asked about anew.
  form.addEventListener("input", () => { if (!submit.isConnected) offer(); }, { signal });
  offer();
  return {
    el: form,
    filled: () => [name, id, note, description].some((entry) => entry.value.trim()) || pictures.given().length > 0,
    begin(looked) {
      if (looked) name.value = looked;
      offer();
      name.focus();
    },
  };
}

/** @param {string} words @param {HTMLElement} entry */
function labelled(words, entry) {
  return create("label", { class: "kw-labelled" }, create("span", { class: "kw-label" }, words), entry);
}

/**
 * Where a new element's pictures come from: the media control that the panel names, or addresses that are typed.
 * @param {Model} model
 * @param {Host} host
 * @param {AbortSignal} signal
 * @returns {{ el: HTMLElement, given: () => string[], waiting: () => boolean }} `given`: ids or addresses, the main picture first;
 *   `waiting`: whether one of them is on its way
 */
function picturesOf(model, host, signal) {
  const ref = model.get("pictures");
  if (!ref) {
    const lines = create("textarea", { class: "kw-entry", rows: 2, spellcheck: "false", autocomplete: "off", placeholder: "https://…" });
    return {
      el: labelled("1 to 4 pictures, an address or a path a line, the main one first", lines),
      given: () => lines.value.split("\n").map((line) => line.trim()).filter(Boolean),
      waiting: () => false,
    };
  }
  const place = create("div", { class: "kw-newcomer-pictures", role: "group", "aria-label": "1 to 4 pictures, the main one first" });
  /** @type {Model | null} */
  let media = null;
  host.getModel(ref).then((found) => { media = found; }, () => {});
  host.getWidget(ref).then((widget) => widget.render({ el: place, signal })).catch(() => {
    place.textContent = "The pictures can't be shown. Run the cell again.";
  });
  /** @returns {{ id: string, url: string, state: string }[]} */
  const items = () => media?.get("value")?.pictures ?? [];
  return {
    el: place,
    given: () => items().filter(({ state }) => state !== "failed").map(({ id, url }) => id || url),
    waiting: () => items().some(({ state }) => state === "uploading"),
  };
}
