// Dragging on the time line: a border trades seconds, a block changes places. What is dragged is shown at once and kept at the end.
// @ts-check
import { lasting, move, placeAt, startOf, trade } from "./shots.js";

/** @typedef {import("./shots.js").Shot} Shot */
/** A drag under way, from the press on. @typedef {{ border: boolean, words: boolean, index: number, x: number, start: Shot[], moved: boolean, id: number }} Hold */

const SLACK = 4; // px that a click may wander

/**
 * @param {HTMLElement} track
 * @param {AbortSignal} signal
 * @param {object} board
 * @param {() => { shots: Shot[], shortest: number }} board.now
 * @param {(shots: Shot[], index: number, offset: number | null) => void} board.preview shots as they would be, which of them is held,
 *   and for a block how far in px it is from its place
 * @param {(keep: boolean) => void} board.finish whether what was shown last is kept
 * @param {(index: number, words: boolean, event: PointerEvent) => void} board.click a press on a block that was no drag; whether on its words
 */
export function draggable(track, signal, { now, preview, finish, click }) {
  /** @type {Hold | null} */
  let hold = null;

  /** @param {boolean} keep */
  const release = (keep) => {
    const { moved = false, id = 0 } = hold ?? {};
    hold = null;
    delete track.dataset.drag;
    if (track.hasPointerCapture(id)) track.releasePointerCapture(id);
    if (moved) finish(keep);
  };

  /** Whether an event is about words that are being written: there a pointer selects. @param {Event} event */
  const writing = (event) => event.target instanceof HTMLTextAreaElement && event.target.matches(":focus");

  // A press on words does not begin to write in them yet: it may be a drag.
  track.addEventListener("mousedown", (event) => { if (!writing(event)) event.preventDefault(); }, { signal });
  track.addEventListener("pointerdown", (event) => {
    const on = /** @type {Element} */ (event.target), place = on.closest(".kw-slot");
    if (event.button !== 0 || hold || !place || writing(event)) return;
    const border = on.closest(".kw-grip") !== null;
    if (!border && (on.closest("button") || !on.closest(".kw-shot"))) return;
    const words = on instanceof HTMLTextAreaElement;
    hold = { border, words, index: [...track.children].indexOf(place), x: event.clientX, start: now().shots, moved: false, id: event.pointerId };
    track.setPointerCapture(event.pointerId);
  }, { signal });

  track.addEventListener("pointermove", (event) => {
    if (!hold || event.pointerId !== hold.id) return;
    const { border, index, start } = hold, distance = event.clientX - hold.x;
    if (!border && !hold.moved && Math.abs(distance) < SLACK) return;
    hold.moved = true;
    track.dataset.drag = border ? "border" : "shot";
    const second = track.clientWidth / lasting(start);
    if (border) return preview(trade(start, index, Math.round(distance / second), now().shortest), index, null);
    const to = placeAt(start, index, distance / second);
    const next = move(start, index, to);
    preview(next, to, distance + (startOf(start, index) - startOf(next, to)) * second);
  }, { signal });

  track.addEventListener("pointerup", (event) => {
    if (!hold || event.pointerId !== hold.id) return;
    const { border, words, index, moved } = hold;
    release(true);
    if (!moved && !border) click(index, words, event);
  }, { signal });
  for (const end of ["pointercancel", "lostpointercapture"]) track.addEventListener(end, () => { if (hold) release(false); }, { signal });
  document.addEventListener("keydown", (event) => {
    if (!hold || event.key !== "Escape") return;
    event.stopPropagation();
    release(false);
  }, { signal, capture: true });
}
