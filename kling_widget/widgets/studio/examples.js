// What stands in the screen's place while the library is empty: three prompts to begin with.
// @ts-check
import { create, openView, saveTraits, watchTraits } from "../base/widget.js";
import { studioRoot } from "../base/root.js";

/** @typedef {import("../base/widget.js").Model} Model */

const SVG = "http://www.w3.org/2000/svg";

/** Small scenes, 160 by 90: sky from top to bottom, then shapes as [path, colour]. @type {{ sky: string[], shapes: string[][] }[]} */
const SCENES = [
  { sky: ["#e7f0f7", "#9fb8c9"], shapes: [["M0 66Q40 48 84 62T160 58V90H0z", "#fff"], ["M70 66q10-14 22-4l8-3-4 8q-8 8-20 4z", "#c2410c"]] },
  { sky: ["#141a33", "#3b1d5c", "#d1495b"], shapes: [
    ["M8 30h22v60H8zM34 18h18v72H34zM110 24h24v66h-24zM138 38h18v52h-18z", "#0b0c1a"],
    ["M12 36h3v3h-3zM20 44h3v3h-3zM39 26h3v3h-3zM116 32h3v3h-3zM124 46h3v3h-3z", "#ffd166"],
    ["M76 90q2-34 6-34t6 34z", "#7a0f23"], ["M78 52a4 4 0 1 1 8 0 4 4 0 1 1-8 0", "#f1d3c0"]] },
  { sky: ["#0f2a3f", "#2b6777", "#f2c14e"], shapes: [
    ["M98 60a14 14 0 1 1 28 0 14 14 0 1 1-28 0", "#ffe8a3"], ["M0 70Q40 62 80 70T160 70V90H0z", "#0b2530"],
    ["M52 74l3-40h6l3 40z", "#f3efe6"], ["M54 34h8v-6h-8z", "#c2410c"]] },
];

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: { getModel: (ref: string) => Promise<Model> } }} view */
function render({ model, el, signal, host }) {
  openView({ model, el, signal }, "kw-invite", "kw-card");
  const choices = create("div", { class: "kw-invite-choices" });
  el.append(
    create("p", { class: "kw-invite-title" }, "Describe a clip, then press Generate"),
    create("p", { class: "kw-invite-words" }, "It plays here when it is made, and stays in the library beside this notebook. Or begin with one of these:"),
    choices);
  /** @param {string} words */
  const use = async (words) => {
    const prompt = await host.getModel(model.get("prompt"));
    prompt.set("value", words);
    saveTraits(prompt);
    const area = (await studioRoot(el, signal)).querySelector("textarea");
    area?.focus();
  };
  watchTraits(model, ["examples"], signal, () => {
    choices.replaceChildren(.../** @type {string[]} */ (model.get("examples")).map((words, i) =>
      create("button", { class: "kw-example", type: "button", onclick: () => use(words) }, scene(i), create("span", { dir: "auto" }, words))));
  });
}

/** @param {number} i */
function scene(i) {
  const { sky, shapes } = SCENES[i % SCENES.length] ?? { sky: ["#333", "#111"], shapes: [] };
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 160 90");
  drawing.setAttribute("preserveAspectRatio", "xMidYMid slice");
  drawing.setAttribute("aria-hidden", "true");
  drawing.style.background = `linear-gradient(${sky.join(",")})`;
  for (const [d = "", fill = ""] of shapes) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("fill", fill);
    drawing.append(path);
  }
  return drawing;
}

export default { render };
