// What Python sets of the playback is carried out, and what plays is told back: one page's view of a player at a time.
// @ts-check
import { saveTraits } from "../base/widget.js";

const TELL_MS = 250; // between two times that are told: at most four a second

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./sync.js").Deck} Deck */

/** Which view of a model is linked. @typedef {{ view: AbortSignal | null }} Linked */

const TRAITS = /** @type {const} */ (["rate", "loop", "range", "time", "playing"]); // in the order in which they are carried out

/**
 * Link the playback to the traits of a player, in both directions. The page's clock leads: a time is told, never sought again
 * because it was told; what Python sets is sought once, when there is something to play.
 * @param {Model} model
 * @param {Deck} deck
 * @param {Linked} linked of the model: where it is in a page twice, the first view speaks for it
 * @param {AbortSignal} signal
 * @param {(words: string) => void} refused told where the browser does not let a clip play by itself
 * @returns {() => void} call it when the deck's state has changed
 */
export function linkPlayback(model, deck, linked, signal, refused) {
  if (model.get("rate") === undefined) return () => {}; // a page of its own has no Python
  /** @type {Map<string, any>} what Python has set and nobody has carried out */
  const wanted = new Map();
  /** @type {Map<string, string>} what both sides have, as JSON */
  const agreed = new Map();
  let [savedAt, later] = [-Infinity, 0];

  const speaks = () => {
    if (!linked.view || linked.view.aborted) linked.view = signal;
    return linked.view === signal;
  };
  /** What the deck does, as the traits say it. @returns {Record<string, any>} */
  const now = () => {
    const { rate, loop, from, to, time, playing, length } = deck.state();
    return { rate, loop, range: from === null && to === null ? null : [from ?? 0, to ?? length], time, playing };
  };
  const carryOut = () => {
    const { ready, length } = deck.state();
    if (!wanted.size || !ready || !length) return;
    for (const name of TRAITS) {
      if (!wanted.has(name)) continue;
      const value = wanted.get(name);
      wanted.delete(name);
      if (name === "rate") deck.speed(value);
      else if (name === "loop") deck.repeat(value);
      else if (name === "range") deck.range(value ? value[0] : null, value ? value[1] : null);
      else if (name === "time") deck.seek(value);
      else if (value) void deck.play().catch((error) => refused(error instanceof Error ? error.message : String(error)));
      else deck.pause();
    }
  };
  const tell = () => {
    if (signal.aborted || !speaks()) return;
    const { ready, length } = deck.state();
    if (!ready || !length) return;
    const [state, due] = [now(), performance.now() - savedAt >= TELL_MS];
    let changed = false;
    for (const name of TRAITS) {
      const text = JSON.stringify(state[name]);
      if (wanted.has(name) || agreed.get(name) === text) continue;
      if (name === "time" && !due) {
        later ||= window.setTimeout(() => { later = 0; tell(); }, TELL_MS);
        continue;
      }
      if (name === "time") savedAt = performance.now();
      agreed.set(name, text);
      model.set(name, state[name]);
      changed = true;
    }
    if (changed) saveTraits(model);
  };
  for (const name of TRAITS) {
    const value = model.get(name);
    agreed.set(name, JSON.stringify(value));
    if (JSON.stringify(now()[name]) !== agreed.get(name)) wanted.set(name, value);
    const hear = () => {
      const text = JSON.stringify(model.get(name));
      if (agreed.get(name) === text || !speaks()) return; // told by this page
      agreed.set(name, text);
      wanted.set(name, model.get(name));
      carryOut();
    };
    model.on(`change:${name}`, hear);
    signal.addEventListener("abort", () => model.off(`change:${name}`, hear));
  }
  signal.addEventListener("abort", () => clearTimeout(later));
  return () => {
    if (speaks()) carryOut();
    tell();
  };
}
