// The storyboard: shots as blocks on a time line, as wide as they are long.
// @ts-check
import { create, newId, openView, saveTraits, watchTraits } from "../base/widget.js";
import { add, join, lasting, marks, move, remove, split, trade, whyNoMore } from "./shots.js";
import { draggable } from "./drag.js";
import { reel } from "./shot_list.js";
import { KEYS, showSlot, slot, widen } from "./shot.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./shots.js").Shot} Shot */
/** @typedef {import("./shot.js").Slot} Slot */

const WHY_CUT = "Shots follow one another in one clip, each with its own words and seconds. The prompt is cut at line breaks, at “Cut to:”, " +
  "at “Shot 1:”, at the numbers of a list and at lengths such as “(4 s)”.";
const WHY_BOTH = "By Kling's own rule shots replace the prompt; the service's page calls them additional segments. " +
  "Sent with them, a prompt can say what holds for all shots.";

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: { getModel: (ref: string) => Promise<Model> } }} view */
function render({ model, el, signal, host }) {
  openView({ model, el, signal }, "kw-storyboard");
  const film = reel(model, signal, () => show());
  const keys = create("span", { class: "kw-hidden", id: `kw-keys-${newId()}` }, KEYS);
  const words = create("small", { class: "kw-num" });
  /** @param {string} name @param {() => void} act @param {string} [title] */
  const tool = (name, act, title) => {
    const button = create("button", { type: "button", class: "kw-quiet", title }, name);
    button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") act(); }, { signal });
    return button;
  };
  const cut = tool("Cut into shots", () => cutUp(), WHY_CUT);
  const divide = tool("Split", () => splitAt());
  const unite = tool("Join", () => edit(join(film.shots(), at)));
  const undo = tool("Undo", () => film.go("past"), "Undo (Ctrl Z, outside of words)");
  const redo = tool("Redo", () => film.go("future"), "Redo (Ctrl Shift Z)");
  const back = tool("Back to one prompt", () => oneAgain(), "Says all shots in the prompt above, a line each");
  const track = create("div", { class: "kw-board-track" });
  const plus = tool("+", () => edit(add(film.shots(), film.limits()), film.shots().length, true));
  plus.className = "kw-plus";
  plus.setAttribute("aria-label", "Add a shot");
  const rule = create("div", { class: "kw-rule kw-num", "aria-hidden": "true" });
  const both = create("input", { type: "checkbox" });
  const send = create("label", { class: "kw-both", title: WHY_BOTH }, both, "Send the prompt too");
  const board = create("div", { class: "kw-board", role: "group", "aria-label": "Shots in order" }, track, plus);
  const foot = create("div", { class: "kw-row kw-board-foot" }, send, create("span", { class: "kw-grow" }), back);
  const problem = create("p", { class: "kw-board-problem", role: "alert" });
  const ask = create("div", { class: "kw-row kw-board-ask", role: "group", "aria-label": "Confirm the longer clip", hidden: true });
  const aloud = create("span", { class: "kw-hidden", "aria-live": "polite" });
  el.append(
    create("div", { class: "kw-board-head" }, create("span", { class: "kw-label", title: KEYS }, "Storyboard", words),
      create("span", { class: "kw-board-tools" }, divide, unite, undo, redo, cut)),
    ask, board, rule, problem, foot, keys, aloud);

  /** @type {Slot[]} */
  const slots = [];
  /** @type {{ shots: Shot[], offset: number | null } | null} what a drag would make of the shots */
  let draft = null;
  /** @type {Model | null} what knows the prices */
  let prices = null;
  /** @type {Model | null} */
  let sound = null;
  let at = 0; // the shot that is chosen
  let writes = false; // whether its words were written in since it was chosen: then they are split at the caret

  /** @param {number} index */
  const choose = (index) => {
    at = Math.max(0, Math.min(film.shots().length - 1, index));
    show();
    slots[at]?.block.focus();
  };
  /** @param {number} index @param {number} [caret] */
  const write = (index, caret) => {
    at = Math.max(0, Math.min(film.shots().length - 1, index));
    show();
    const place = slots[at]?.words;
    place?.focus();
    if (place) place.selectionStart = place.selectionEnd = caret ?? place.value.length;
  };
  /** Change the shots; the keyboard stays with them if it was there. @param {Shot[]} next @param {number} [index] @param {boolean} [writing] */
  const edit = (next, index = at, writing = false) => {
    const here = track.matches(":focus-within");
    film.change(next);
    if (writing) write(index);
    else if (here) choose(index);
    else show();
    const shot = film.shots()[at];
    aloud.textContent = shot ? `Shot ${at + 1} of ${film.shots().length}, ${shot.duration} seconds` : "";
  };
  const splitAt = () => {
    const next = split(film.shots(), at, film.limits(), writes ? slots[at]?.words.selectionStart ?? null : null);
    if (next === film.shots()) return;
    const second = at + 1;
    edit(next, second);
    write(second, 0);
  };
  /** Make shots of the prompt; where the clip becomes longer by that, and dearer, it is said first. */
  const cutUp = () => {
    const { now, shots } = film.cuts(), then = lasting(shots);
    if (then <= now) return cutNow(shots);
    const [before, after] = [priceOf(now), priceOf(then)];
    const price = before && after && before !== after ? `, ${after} instead of ${before}` : "";
    ask.replaceChildren(
      create("span", {}, `${shots.length} shots of at least ${film.limits().shortest} s need a clip of ${then} s instead of ${now} s${price}.`),
      create("button", { type: "button", class: "kw-quiet", onclick: () => {
        ask.hidden = true;
        const again = film.cuts(); // the prompt, the length or the price may have changed since
        if (lasting(again.shots) === then && again.now === now && priceOf(then) === after) cutNow(again.shots);
        else cutUp();
      } }, `Cut, ${then} s${price ? ` for ${after}` : ""}`),
      create("button", { type: "button", class: "kw-quiet", onclick: () => {
        ask.hidden = true;
        cut.focus();
      } }, "Leave it"));
    ask.hidden = false;
    ask.querySelector("button")?.focus();
  };
  /** What a take of so many seconds costs, as the button that generates says it; empty where nobody says. @param {number} seconds */
  const priceOf = (seconds) => {
    const kind = `${seconds}${sound?.get("value") ? " sound" : ""}`;
    const price = prices?.get("tariff")?.[kind]?.["1"]?.price;
    return typeof price === "string" && price !== "–" ? price : "";
  };
  /** @param {Shot[]} made */
  const cutNow = (made) => {
    ask.hidden = true;
    film.change(made);
    if (film.shots()[1]?.prompt === "") write(film.shots()[0]?.prompt ? 1 : 0);
    else choose(0);
  };
  const oneAgain = () => {
    film.back();
    show();
    cut.focus();
  };
  /** Trade a second with the next shot, the last one with that before it. @param {number} gain */
  const tradeSecond = (gain) => {
    const last = at === film.shots().length - 1;
    edit(trade(film.shots(), last ? at - 1 : at, last ? -gain : gain, film.limits().shortest));
  };

  draggable(track, signal, {
    now: () => ({ shots: film.shots(), shortest: film.limits().shortest }),
    preview(shots, index, offset) {
      if (!draft && track.matches(":focus-within")) slots[index]?.block.focus();
      draft = { shots, offset };
      at = index;
      show();
    },
    finish(keep) {
      const next = draft?.shots;
      draft = null;
      if (keep && next) edit(next);
      show();
    },
    click(index, onWords, event) {
      if (onWords) write(index, caretAt(slots[index]?.words, event));
      else choose(index);
    },
  });

  /** @param {Event} event */
  const slotOf = (event) => [...track.children].findIndex((one) => one.contains(/** @type {Node} */ (event.target)));
  track.addEventListener("focusin", (event) => {
    const index = slotOf(event), found = slots[index];
    if (!found) return;
    writes = event.target === found.words || (writes && index === at && event.target === found.drop);
    at = index;
    if (event.target === found.words) widen(found, track);
    show();
  }, { signal });
  track.addEventListener("input", (event) => {
    const index = slotOf(event);
    const prompt = slots[index]?.words.value ?? "";
    film.change(film.shots().map((shot, i) => (i === index ? { ...shot, prompt } : shot)), { kind: `words ${index}` });
  }, { signal });
  track.addEventListener("click", (event) => {
    const index = slotOf(event);
    if (event.target !== slots[index]?.drop) return;
    at = index;
    edit(remove(film.shots(), index, film.limits()));
  }, { signal });
  both.addEventListener("change", () => {
    model.set("both", both.checked);
    saveTraits(model);
  }, { signal });

  /** What a key does to the shot that has the keyboard. @param {KeyboardEvent} event @returns {(() => void) | undefined} */
  const meant = ({ key, altKey, shiftKey }) => {
    const side = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0, now = film.shots();
    if (side && altKey) return () => edit(move(now, at, at + side), Math.max(0, Math.min(now.length - 1, at + side)));
    if (altKey) return undefined;
    if (side) return () => (shiftKey ? tradeSecond(side) : choose(at + side));
    if (key === "+" || key === "=") return () => tradeSecond(1);
    if (key === "-") return () => tradeSecond(-1);
    if (key === "Enter" || key === "F2") return () => write(at);
    if (key === "Home" || key === "End") return () => choose(key === "Home" ? 0 : now.length - 1);
    if (key === "Delete" || key === "Backspace") return () => edit(remove(now, at, film.limits()), Math.min(at, Math.max(0, now.length - 2)));
    if (key === "s" || key === "S") return splitAt;
    if (key === "j" || key === "J") return () => edit(join(now, at));
    return undefined;
  };
  el.addEventListener("keydown", (event) => {
    const { target, key } = event, command = event.ctrlKey || event.metaKey;
    /** @type {(() => void) | undefined} */
    let act;
    if (target instanceof HTMLTextAreaElement) {
      if (key === "Escape" && !event.isComposing) act = () => choose(at);
    } else if (command && /^[zy]$/i.test(key)) {
      act = () => { film.go(event.shiftKey || /y/i.test(key) ? "future" : "past"); };
    } else if (!command && target === slots[at]?.block) act = meant(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, { signal });

  function show() {
    const shots = draft?.shots ?? film.shots(), limits = film.limits(), of = shots.length, letters = model.get("letters");
    const some = of > 0, prompt = model.get("both") && model.get("offers_both");
    const marked = Boolean(model.get("problem")), focused = track.matches(":focus-within");
    at = Math.max(0, Math.min(of - 1, at));
    for (const piece of [board, rule, foot, divide, unite]) piece.hidden = !some;
    cut.hidden = some;
    if (some) ask.hidden = true;
    undo.hidden = !some && !film.can("past");
    redo.hidden = !some && !film.can("future");
    words.textContent = some ? `${of} shot${of === 1 ? "" : "s"}, ${prompt ? "sent with the prompt above" : "in place of the prompt above"}` : "";
    while (slots.length < of) {
      const one = slot(keys.id);
      slots.push(one);
      track.append(one.el);
    }
    while (slots.length > of) slots.pop()?.el.remove();
    shots.forEach((shot, index) => {
      const one = slots[index];
      if (one) showSlot(one, shot, { index, of, chosen: index === at, letters, marked, offset: index === at ? draft?.offset ?? null : null });
    });
    if (focused && !track.matches(":focus-within")) slots[at]?.block.focus();
    const full = whyNoMore(shots, limits);
    allow(plus, full, "Add a shot at the end");
    allow(divide, full, "Make two shots of the chosen one, its words parted at the caret (S)");
    allow(unite, at + 1 < of ? "" : "There is no shot after the chosen one", "Make one shot of the chosen one and the next (J)");
    allow(undo, film.can("past") ? "" : "There is nothing to undo", "Undo (Ctrl Z, outside of words)");
    allow(redo, film.can("future") ? "" : "There is nothing to redo", "Redo (Ctrl Shift Z)");
    drawRule(rule, lasting(shots));
    send.hidden = !model.get("offers_both");
    both.checked = prompt;
    problem.textContent = model.get("problem");
    problem.hidden = !marked;
  }

  film.watch();
  watchTraits(model, ["low", "high", "shortest", "most", "letters", "both", "offers_both", "problem"], signal, show);
  if (model.get("sound")) host.getModel(model.get("sound")).then((found) => { sound = found; }, () => {}); // then it is taken for silent
  watchTraits(model, ["prices"], signal, () => {
    if (model.get("prices")) host.getModel(model.get("prices")).then((found) => { prices = found; }, () => {}); // else lengths are said alone
  });
  ask.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    ask.hidden = true;
    cut.focus();
  }, { signal });
  for (const [name, ref] of [["seconds", model.get("duration")], ["prompt", model.get("prompt")]])
    if (ref) host.getModel(ref).then((found) => film.meet({ [name]: found }), () => {}); // then it stands alone
}

/** Say whether a button does anything, and why not. It keeps the keyboard. @param {HTMLElement} button @param {string} reason @param {string} title */
function allow(button, reason, title) {
  button.setAttribute("aria-disabled", String(Boolean(reason)));
  button.title = reason || title;
}

/** @param {HTMLElement} rule @param {number} total seconds */
function drawRule(rule, total) {
  if (rule.dataset.total === String(total)) return;
  rule.dataset.total = String(total);
  rule.style.setProperty("--kw-total", String(total));
  rule.replaceChildren(...marks(total).map((second) =>
    create("span", { style: { left: `${(100 * second) / Math.max(1, total)}%` } }, second === total ? `${second} s` : String(second))));
}

/** Where in words a pointer is, as far as the browser tells. @param {HTMLTextAreaElement | undefined} words @param {PointerEvent} event */
function caretAt(words, event) {
  const found = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  return found && found.offsetNode === words ? found.offset : undefined;
}

export default { render };
