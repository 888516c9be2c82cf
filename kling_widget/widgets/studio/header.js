// The line above the panel: its name, the model, whether it costs money, and what was spent.
// @ts-check
import { create, sendCommand, setUpRoot, watchTraits } from "../base/widget.js";
import { newFreezer } from "../base/frozen.js";
import { GONE, watchKernel } from "../base/kernel.js";
import { hostOf } from "../base/host.js";
import { studioRoot } from "../base/root.js";

/** @typedef {import("../base/widget.js").Model} Model */

const AGAIN = `${GONE} Run the cell with Studio() again to go on. Nothing was lost: takes under way go on at the service.`;
const SAVED = "This page has no kernel: the panel is shown as it was saved.";

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  setUpRoot(el, "kw-bar");
  const chip = create("select", { class: "kw-chip kw-model", "aria-label": "Model" });
  const refused = create("p", { class: "kw-bar-notice", role: "status", hidden: true });
  chip.addEventListener("change", async () => {
    try {
      await sendCommand(model, "choose", { model: chip.value }, { signal });
      refused.hidden = true;
    } catch (error) {
      if (signal.aborted) return;
      chip.value = model.get("model");
      refused.textContent = error instanceof Error ? error.message : String(error);
      refused.hidden = false;
    }
  }, { signal });
  const account = create("span", { class: "kw-money kw-balance kw-num", title: "The account's balance at the service" });
  const how = create("p", { class: "kw-bar-how", id: `kw-how-${Math.random().toString(36).slice(2)}`, hidden: true });
  const mode = create("button", { class: "kw-mode", type: "button", "aria-expanded": "false", "aria-controls": how.id });
  const money = create("span", { class: "kw-money kw-num" });
  const notice = create("p", { class: "kw-bar-notice", role: "note" });
  const gone = create("p", { class: "kw-gone", role: "alert", hidden: true }, hostOf() === "page" ? SAVED : AGAIN);
  mode.addEventListener("click", () => {
    how.hidden = !how.hidden;
    mode.setAttribute("aria-expanded", String(!how.hidden));
  }, { signal });
  el.append(create("div", { class: "kw-bar-line" },
    create("span", { class: "kw-name", role: "heading", "aria-level": 2 }, "Kling Studio"), chip, create("span", { class: "kw-grow" }), mode, account, money), how, notice, refused, gone);
  studioRoot(el, signal).then((root) => {
    const freeze = newFreezer(root, signal);
    watchKernel(model, signal, (left) => {
      gone.hidden = !left;
      freeze(left);
    }, el);
  });
  watchTraits(model, ["models"], signal, () => {
    chip.replaceChildren(...groups(model.get("models")));
    chip.value = model.get("model");
  });
  watchTraits(model, ["model", "live", "unsure", "mode", "how", "spent", "notice", "balance"], signal, () => {
    chip.value = model.get("model");
    account.textContent = model.get("balance");
    account.hidden = !account.textContent;
    mode.textContent = model.get("mode");
    mode.classList.toggle("kw-live", model.get("live"));
    mode.classList.toggle("kw-unsure", model.get("unsure"));
    mode.title = model.get("how");
    how.textContent = model.get("how");
    notice.textContent = model.get("notice");
    notice.hidden = !notice.textContent;
    const { before = "", sum = "", after = "", share } = model.get("spent"); // empty until the library is open
    money.title = model.get("spent").how ?? "";
    money.replaceChildren(before, create("b", {}, sum), after, typeof share === "number" ? meter(share) : "");
  });
}

/**
 * The models as a list's options, grouped by what they make clips from.
 * @param {{ id: string, name: string, kind: string, price: string }[]} models
 */
function groups(models) {
  return [...new Set(models.map(({ kind }) => kind))].map((kind) => create("optgroup", { label: kind },
    ...models.filter((one) => one.kind === kind).map(({ id, name, price }) => create("option", { value: id, title: price }, name))));
}

/** How much of the day's budget is spent: the words before it say it, so it is drawn for the eye alone. @param {number} share 0 to 1 */
function meter(share) {
  const level = create("i");
  level.style.transform = `scaleX(${share})`;
  return create("span", { class: "kw-meter", "aria-hidden": "true", dataset: { full: share > 0.9 ? "yes" : "" } }, level);
}

export default { render };
