// The storyboard's shots in this page: changed, undone, and always as long as the clip. All of it happens here at once; the
// kernel hears of it when it can. Two views of one storyboard come to the same, so neither answers the other for ever.
// @ts-check
import { saveTraits, watchTraits } from "../base/widget.js";
import { alike, fit, lasting, lengthened } from "./shots.js";
import { begin, toPrompt } from "./cuts.js";
import { gone, noSteps, noted } from "./undo.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./shots.js").Shot} Shot */
/** @typedef {import("./shots.js").Limits} Limits */
/** @typedef {{ seconds?: Model | undefined, prompt?: Model | undefined }} Beside the clip's seconds and its prompt */

// ms until shots that follow a slider are kept. Python may set other shots together with other seconds: they come in between.
const SETTLED = 80;

/**
 * @param {Model} model
 * @param {AbortSignal} signal
 * @param {() => void} show called after every change
 */
export function reel(model, signal, show) {
  /** @type {Beside} */
  const beside = {};
  let steps = noSteps();
  /** What undo goes back to if the shots become others elsewhere: in another view, or in Python. @type {Shot[]} */
  let kept = model.get("value");
  /** What the lengths were before they followed the clip's seconds: a slider that goes and returns changes nothing. @type {number[]} */
  let given = [];
  /** The shots as the clip's new seconds make them, while these still change. @type {Shot[] | null} */
  let due = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;
  signal.addEventListener("abort", () => clearTimeout(settling));

  /** @returns {Shot[]} */
  const shots = () => due ?? model.get("value");
  /** @returns {Limits} */
  const limits = () => ({ low: model.get("low"), high: model.get("high"), shortest: model.get("shortest"), most: model.get("most") });

  /** The clip is as long as its shots. */
  const lead = () => {
    const total = lasting(shots());
    if (beside.seconds && total) tell(beside.seconds, total);
  };

  /** @param {Shot[]} next */
  const keep = (next) => {
    kept = next;
    due = null;
    clearTimeout(settling);
    tell(model, next);
  };

  /** @param {Shot[]} next */
  const put = (next) => {
    keep(next);
    lead();
    show();
  };

  /** @param {Shot[]} next @param {{ kind?: string, prompt?: string | undefined }} [step] as `noted` and `Then` have it */
  const change = (next, { kind = "", prompt } = {}) => {
    if (!due && alike(next, kept)) return;
    steps = noted(steps, prompt === undefined ? { shots: kept } : { shots: kept, prompt }, kind);
    if (!kind) given = [];
    put(next);
  };

  /** Whether the clip's seconds are such as a clip can have. Those that are not may be half typed: their own control says what is wrong. */
  const possible = () => {
    const total = beside.seconds?.get("value");
    return Number.isInteger(total) && total >= model.get("low") && total <= model.get("high");
  };

  const refit = () => {
    if (!possible()) return;
    clearTimeout(settling);
    due = null;
    const now = shots(), total = beside.seconds?.get("value"), { shortest } = limits();
    if (!given.length && total !== lasting(now)) given = now.map(({ duration }) => Math.max(1, duration));
    if (given.length) {
      const next = fit(lengthened(now, given), total, shortest);
      if (total !== lasting(now) || !alike(next, now)) {
        due = next;
        settling = setTimeout(settle, SETTLED);
      }
    }
    show();
  };

  const settle = () => {
    if (!due) return;
    const next = due;
    due = null;
    if (!alike(next, kept)) {
      steps = noted(steps, { shots: kept }, "seconds");
      keep(next);
    }
    if (possible()) lead();
    show();
  };

  const heed = () => {
    /** @type {Shot[]} */
    const now = model.get("value");
    if (!alike(kept, now)) {
      steps = noted(steps, { shots: kept }, "");
      kept = now;
      given = [];
      due = null;
      clearTimeout(settling);
      lead();
    }
    show();
  };

  return {
    shots,
    limits,
    change,
    /** @param {"past" | "future"} way */
    can: (way) => steps[way].length > 0,
    /** @param {"past" | "future"} way */
    go(way) {
      const found = gone(steps, way, { shots: shots(), prompt: beside.prompt?.get("value") ?? "" });
      if (!found) return;
      steps = found.steps;
      given = [];
      if (found.then.prompt !== undefined && beside.prompt) tell(beside.prompt, found.then.prompt);
      put(found.then.shots);
    },
    /** What the prompt's shots would be, and how long the clip is now. */
    cuts() {
      const { low } = limits(), total = Number(beside.seconds?.get("value") ?? low), now = Number.isInteger(total) ? total : low;
      return { now, shots: begin(beside.prompt?.get("value") ?? "", now, limits()) };
    },
    /** Make one prompt of the shots. Without words the prompt that is there stays. */
    back() {
      const words = toPrompt(shots()), prompt = words ? beside.prompt?.get("value") : undefined;
      if (words && beside.prompt) tell(beside.prompt, words);
      change([], { prompt });
    },
    /** Begin to go with the clip's seconds, once they are there; where they differ, the shots say more. @param {Beside} found */
    meet(found) {
      if (signal.aborted) return;
      Object.assign(beside, found);
      lead();
      if (found.seconds) watchTraits(found.seconds, ["value"], signal, refit);
    },
    /** Begin to heed what others do to the shots. */
    watch: () => watchTraits(model, ["value"], signal, heed),
  };
}

/** @param {Model} model @param {unknown} value */
function tell(model, value) {
  if (model.get("value") === value) return;
  model.set("value", value);
  saveTraits(model);
}
