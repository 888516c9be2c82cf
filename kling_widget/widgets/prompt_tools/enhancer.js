// The enhancer: asked for only after its price was confirmed, and decided about by comparing.
// @ts-check
import { create, refreshWhenSilent, sendCommand, watchTraits } from "../base/widget.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("../builder/prompt_text.js").Words} Words */
/** @typedef {import("./prompt_tools.js").Replace} Replace */

/**
 * @typedef {object} Enhancer
 * @property {boolean} offered
 * @property {string} price
 * @property {string[]} styles
 * @property {"" | "running" | "done" | "failed"} state
 * @property {string} old
 * @property {string} new
 * @property {["same" | "del" | "ins", string][]} pieces
 * @property {string} words
 */

const HEARD_WITHIN = 2500; // ms without an answer until it is said that the kernel is busy

/** @param {{ model: Model, signal: AbortSignal, prompt: Words, replace: Replace, row: HTMLElement, below: HTMLElement }} view */
export function enhancing({ model, signal, prompt, replace, row, below }) {
  let asking = false, waiting = false, decided = false;
  let problem = "";
  /** @returns {Enhancer} */
  const enhancer = () => model.get("enhancer");

  const open = create("button", { class: "kw-quiet", type: "button", "aria-expanded": "false" }, "✦ Enhance");
  const question = create("span");
  const style = create("select", { class: "kw-help-pick", "aria-label": "Style" });
  const go = create("button", { class: "kw-help-go kw-num", type: "button" });
  const no = create("button", { class: "kw-quiet", type: "button" }, "Not now");
  const step = create("div", { class: "kw-help-step kw-num", role: "group", "aria-label": "Enhance the prompt", hidden: true },
    question, create("label", { class: "kw-help-style" }, "Style", style), go, no);
  const status = create("p", { class: "kw-status kw-help-status", role: "status", tabindex: -1 });
  const close = create("button", { class: "kw-help-close", type: "button", "aria-label": "Close this message" }, "×");
  const notice = create("div", { class: "kw-help-notice", hidden: true }, status, close);
  const text = create("p", { class: "kw-diff", dir: "auto" });
  const changed = create("p", { class: "kw-help-changed" }, "You wrote on since. “Use it” replaces what you wrote.");
  const use = create("button", { class: "kw-help-plain", type: "button" }, "Use it");
  const keep = create("button", { class: "kw-quiet", type: "button" }, "Keep mine");
  const compare = create("div", { class: "kw-help-compare", role: "group", "aria-label": "What the enhancer made of your prompt", hidden: true },
    text, changed, create("div", { class: "kw-row" }, use, keep));
  row.append(open);
  below.append(step, notice, compare);

  function show() {
    const { offered, price, styles, state, words } = enhancer();
    if (state !== "done" && state !== "failed") decided = false;
    const running = waiting || state === "running";
    const done = state === "done" && !decided;
    open.hidden = !offered;
    open.disabled = running || done;
    open.textContent = running ? "✦ Enhancing …" : "✦ Enhance";
    step.hidden = !asking || running;
    open.setAttribute("aria-expanded", String(!step.hidden));
    go.disabled = !prompt.read().trim();
    question.textContent = go.disabled ? "Write a few words first: there is nothing to enhance yet." : `Enhance for about ${price}?`;
    go.textContent = `Enhance · ${price}`;
    if (style.dataset.offered !== styles.join()) {
      style.dataset.offered = styles.join();
      style.replaceChildren(...styles.map((name) => create("option", { value: name }, name)));
    }
    const failed = state === "failed" && !decided && !asking;
    status.textContent = running ? problem || words || "The enhancer is at work: some seconds." : problem || (failed || done ? words : "");
    status.dataset.tone = !problem && !failed ? "" : running ? "wait" : "bad";
    notice.hidden = !status.textContent;
    close.hidden = running || done;
    compare.hidden = !done;
    if (done) showDifference(text, enhancer().pieces);
    changed.hidden = prompt.read() === enhancer().old;
  }

  const confirm = async () => {
    const words = prompt.read();
    if (waiting || enhancer().state === "running" || !words.trim()) return;
    asking = false;
    waiting = true;
    problem = "";
    show();
    status.focus({ preventScroll: true }); // the button that was pressed is gone
    const slow = setTimeout(() => {
      problem = "The kernel is busy with a cell, or gone. Your click waits and is carried out once; there is no need to click again.";
      show();
    }, HEARD_WITHIN);
    try {
      await sendCommand(model, "enhance", { text: words, style: style.value, price: enhancer().price }, { signal });
      problem = "";
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(slow);
      waiting = false;
      if (!signal.aborted) show();
    }
  };

  /** @param {boolean} accept */
  const settle = (accept) => {
    decided = true;
    show();
    prompt.focus();
    sendCommand(model, "settle", { accept }, { signal }).catch(() => {}); // it is settled in this page, and asked again by the next
  };

  open.addEventListener("click", (event) => {
    if (event.detail > 1) return;
    asking = !asking;
    problem = "";
    show();
    if (asking) (go.disabled ? no : style.options.length > 1 ? style : go).focus();
  }, { signal });
  go.addEventListener("click", (event) => { if (event.detail < 2) confirm(); }, { signal });
  const leave = () => {
    asking = false;
    show();
    open.focus();
  };
  no.addEventListener("click", leave, { signal });
  step.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  }, { signal });
  use.addEventListener("click", () => {
    replace(enhancer().new, "The enhanced prompt is in place.");
    settle(true);
  }, { signal });
  keep.addEventListener("click", () => settle(false), { signal });
  close.addEventListener("click", () => {
    problem = "";
    if (enhancer().state === "failed") settle(false);
    else show();
  }, { signal });

  prompt.follow(show);
  watchTraits(model, ["enhancer"], signal, show);
  refreshWhenSilent(model, ["enhancer"], signal, () => enhancer().state === "running");
}

/** @param {HTMLElement} place @param {Enhancer["pieces"]} pieces */
function showDifference(place, pieces) {
  place.replaceChildren(...pieces.map(([tag, words]) => (tag === "same" ? words : create(tag, {}, words))));
}
