// Sends a megabyte to Python, and says whether it came back turned round.
// @ts-check
import { create, sendCommand } from "../../../kling_widget/widgets/base/widget.js";

const MANY = 1_000_000; // bytes

/** @typedef {{ model: import("../../../kling_widget/widgets/base/widget.js").Model, el: HTMLElement, signal: AbortSignal }} Context */

/** @param {Context} context */
async function turn({ model, el, signal }) {
  const said = create("p", { class: "echo" }, "…");
  el.append(said);
  const sent = Uint8Array.from({ length: MANY }, (_, at) => (at * 7) % 251);
  const { answer, buffers } = await sendCommand(model, "turn", {}, { signal, buffers: [sent.buffer] });
  const came = buffers[0];
  const same = came?.byteLength === MANY && sent.every((byte, at) => came.getUint8(MANY - 1 - at) === byte);
  said.textContent = same && answer.many === 1 ? "the same" : "something else";
}

export default {
  /** @param {Context} context */
  render(context) {
    void turn(context);
  },
};
