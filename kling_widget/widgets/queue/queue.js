// What is under way, and what ended without a clip.
// @ts-check
import { create, openView, refreshWhenSilent, sendCommand, watchTraits } from "../base/widget.js";
import { showRows } from "./take_row.js";
import { studioRoot } from "../base/root.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./take_row.js").Row} Row */

const LINGER = 4000; // ms a finished take stays to be seen ending

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  openView({ model, el, signal }, "kw-queue", "kw-card");
  const list = create("div", { class: "kw-jobs" });
  const empty = create("p", { class: "kw-empty" }, "Nothing under way. A take is here from the click until its clip is.");
  const count = create("small", { class: "kw-num" });
  const aloud = create("span", { class: "kw-hidden", dir: "auto", "aria-live": "polite" });
  const problem = create("p", { class: "kw-status", role: "alert", dataset: { tone: "bad" } });
  el.append(create("div", { class: "kw-label" }, "Queue", count), create("div", { class: "kw-queue-body" }, list, problem, empty), aloud);

  /** @type {Map<string, number>} when this page first saw a take done */
  const doneAt = new Map();
  /** @type {Map<string, string>} */
  const statuses = new Map();
  const opened = performance.now();

  /** @param {Row} row */
  const lingers = (row) => {
    if (row.tone !== "done" && row.tone !== "off") return true;
    if (!doneAt.has(row.id)) {
      // A page that opens on a finished take has nobody waiting for its end.
      doneAt.set(row.id, statuses.size || performance.now() - opened > 1000 ? performance.now() : -LINGER);
      setTimeout(() => { if (!signal.aborted) show(); }, LINGER + 50);
    }
    return performance.now() - (doneAt.get(row.id) ?? 0) < LINGER;
  };

  /** @param {Row[]} rows what has changed, in words that are worth hearing */
  const announce = (rows) => {
    for (const row of rows) {
      const before = statuses.get(row.id);
      statuses.set(row.id, row.status);
      if (before !== undefined && before !== row.status && row.status) aloud.textContent = `${row.title}: ${row.status}`;
    }
  };

  /** @type {import("./take_row.js").Act} */
  const act = async (row, action, fields) => {
    problem.textContent = "";
    try {
      await sendCommand(model, action, { take: row.id, ...fields }, { signal });
      if (action === "edit") (await studioRoot(el, signal)).querySelector("textarea")?.focus();
    } catch (error) {
      if (!signal.aborted) problem.textContent = error instanceof Error ? error.message : String(error);
    }
  };

  const show = () => {
    /** @type {Row[]} */
    const all = model.get("rows");
    const rows = all.filter(lingers);
    announce(all);
    showRows(list, rows, act);
    const running = rows.filter((row) => row.tone === "run" || row.tone === "wait").length;
    count.textContent = running > 1 ? `${running} under way` : "";
    empty.hidden = rows.length > 0;
  };
  watchTraits(model, ["rows"], signal, show);
  refreshWhenSilent(model, ["rows"], signal, () => model.get("rows").some((/** @type {Row} */ row) => row.tone === "run" || row.tone === "wait"));
}

export default { render };
