// What stands under the film: words and settings of the clip that is chosen, or what two clips differ in; stars, tags, actions.
// @ts-check
import { create, sendCommand } from "../base/widget.js";

/**
 * What two takes differ in, as `differing.py` says it.
 * @typedef {object} Differences
 * @property {["same" | "del" | "ins", string][]} prompt
 * @property {[string, string, string][]} inputs a name, and its value in the one and in the other
 */

/**
 * @param {import("../base/widget.js").Model} model
 * @param {AbortSignal} signal
 * @param {(words: string, tone?: "ok" | "bad") => void} say over the film, where words move nothing
 */
export function newStory(model, signal, say) {
  const alone = model.get("fixed") === true; // a page without a kernel: opinions are read there, not written
  const prompt = create("p", { class: "kw-story-prompt", dir: "auto" });
  const settings = create("p", { class: "kw-story-settings kw-num" });
  const inputs = create("dl", { class: "kw-story-inputs kw-num" });
  const stars = create("span", { class: "kw-stars", role: alone ? "img" : "group", "aria-label": "Rating" });
  const tags = create("span", { class: "kw-tags" });
  const acts = create("span", { class: "kw-row kw-acts" });
  const of = create("span", { class: "kw-story-of", dir: "auto" });
  const row = create("div", { class: "kw-row" }, of, stars, tags, create("span", { class: "kw-grow" }), acts);
  const el = create("div", { class: "kw-story" }, prompt, inputs, settings, row);
  /** @type {import("./player.js").Clip | null} */
  let now = null;

  /** @param {string} kind @param {Record<string, any>} fields */
  const tell = async (kind, fields) => {
    if (!now) return;
    try {
      await sendCommand(model, kind, { take: now.id, ...fields }, { signal });
      say("");
    } catch (error) {
      if (!signal.aborted) say(error instanceof Error ? error.message : String(error), "bad");
    }
  };
  for (const n of alone ? [] : [1, 2, 3, 4, 5]) {
    const rate = () => void tell("rate", { rating: now?.rating === n ? null : n });
    stars.append(create("button", { type: "button", "aria-label": `${n} of 5 stars`, onclick: rate }, "★"));
  }
  const field = create("input", { class: "kw-tag-field", type: "text", placeholder: "+ tag", "aria-label": "Add a tag", maxlength: 40, size: 5 });
  const add = () => {
    const tag = field.value.trim().replace(/^#/, "");
    field.value = "";
    if (tag && now && !now.tags.includes(tag)) void tell("tag", { tags: [...now.tags, tag] });
  };
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") add(); }, { signal });
  field.addEventListener("blur", add, { signal });

  return {
    el,
    /**
     * @param {import("./player.js").Clip | null} clip the one that is chosen
     * @param {{ letter: string, clip: import("./player.js").Clip }[]} shown all that are shown, with their letters
     * @param {Differences | null} differences between the first two of them; null where they are not compared
     */
    show(clip, shown, differences) {
      now = clip;
      el.hidden = !clip;
      if (!clip) return;
      if (differences) prompt.replaceChildren(...differences.prompt.map(([kind, text]) => (kind === "same" ? text : create(kind, {}, text))));
      else if (prompt.textContent !== clip.prompt || prompt.childElementCount) prompt.textContent = clip.prompt;
      prompt.title = clip.prompt;
      inputs.replaceChildren(...(differences?.inputs ?? []).map(([name, one, other]) =>
        create("div", {}, create("dt", {}, name), create("dd", {}, create("del", { dir: "auto" }, one), " ", create("ins", { dir: "auto" }, other)))));
      const several = shown.length > 1;
      const lines = several ? shown : [{ letter: "", clip }];
      const same = several && lines.every((one) => one.clip.note === lines[0]?.clip.note); // then it is said once, of all
      settings.replaceChildren(...lines.map((one) => {
        const note = same ? "" : one.clip.note;
        return create("span", { class: "kw-story-line" }, several ? create("b", { dir: "auto" }, one.letter) : null, one.clip.settings,
          note ? " · " : "", create("span", { class: "kw-story-note" }, note));
      }), create("span", { class: "kw-story-note" }, same ? lines[0]?.clip.note : ""));
      of.textContent = several ? shown.find((one) => one.clip.id === clip.id)?.letter ?? "" : "";
      of.hidden = !several;
      stars.hidden = tags.hidden = !clip.file; // an opinion is about a clip
      if (alone) {
        stars.hidden = !clip.rating;
        stars.setAttribute("aria-label", `${clip.rating} of 5 stars`);
        stars.textContent = "★".repeat(clip.rating ?? 0);
      } else Array.from(stars.children, (star, i) => star.setAttribute("aria-pressed", String(i < (clip.rating ?? 0))));
      tags.replaceChildren(...clip.tags.map((tag) =>
        create("span", { class: "kw-tag", dir: "auto" }, `#${tag}`,
          alone ? null : create("button", {
            type: "button", "aria-label": `Take the tag ${tag} away`,
            onclick: () => void tell("tag", { tags: now?.tags.filter((t) => t !== tag) ?? [] }),
          }, "×"))));
      if (!alone && !tags.contains(field)) tags.append(field);
      acts.replaceChildren(...(model.get("actions")[clip.id] ?? []).map((/** @type {[string, string]} */ [kind, label]) =>
        create("button", { class: "kw-quiet", type: "button", onclick: () => void tell("act", { action: kind }) }, label)));
      // What is under way, or in doubt, is not made again by a click on a small word.
      acts.hidden = !!clip.row && ["wait", "run", "ask"].includes(clip.row.tone);
      const opinion = !stars.hidden || (!tags.hidden && (!alone || clip.tags.length > 0));
      row.hidden = !opinion && (acts.hidden || !acts.childElementCount);
    },
  };
}
