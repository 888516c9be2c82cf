// What stands under a clip: its words and settings, stars, tags, and what can be done with it.
// @ts-check
import { ask, h } from "../face.js";

/**
 * @param {import("../face.js").Model} model
 * @param {AbortSignal} signal
 * @returns {{ el: HTMLElement, show: (clip: import("./screen.js").Clip | null) => void }}
 */
export function newStory(model, signal) {
  const prompt = h("p", { class: "kw-story-prompt" });
  const settings = h("p", { class: "kw-story-settings kw-num" });
  const note = h("span", { class: "kw-story-note" });
  const stars = h("span", { class: "kw-stars", role: "group", "aria-label": "Rating" });
  const tags = h("span", { class: "kw-tags" });
  const acts = h("span", { class: "kw-row kw-acts" });
  const said = h("p", { class: "kw-story-said", role: "alert" });
  const row = h("div", { class: "kw-row" }, stars, tags, h("span", { class: "kw-grow" }), acts);
  const el = h("div", { class: "kw-story" }, prompt, settings, row, said);
  /** @type {import("./screen.js").Clip | null} */
  let now = null;

  /** @param {string} kind @param {Record<string, any>} fields */
  const tell = async (kind, fields) => {
    if (!now) return;
    said.textContent = "";
    try {
      await ask(model, kind, { take: now.id, ...fields }, { signal });
    } catch (error) {
      if (!signal.aborted) said.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  for (const n of [1, 2, 3, 4, 5]) {
    const rate = () => void tell("rate", { rating: now?.rating === n ? null : n });
    stars.append(h("button", { type: "button", "aria-label": `${n} of 5 stars`, onclick: rate }, "★"));
  }
  const field = h("input", { class: "kw-tag-field", type: "text", placeholder: "+ tag", "aria-label": "Add a tag", maxlength: 40, size: 5 });
  const add = () => {
    const tag = field.value.trim().replace(/^#/, "");
    field.value = "";
    if (tag && now && !now.tags.includes(tag)) void tell("tag", { tags: [...now.tags, tag] });
  };
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") add(); }, { signal });
  field.addEventListener("blur", add, { signal });

  return {
    el,
    show(clip) {
      const same = clip?.id === now?.id;
      now = clip;
      el.hidden = !clip;
      if (!same) said.textContent = "";
      if (!clip) return;
      if (prompt.textContent !== clip.prompt) prompt.textContent = clip.prompt;
      prompt.title = clip.prompt;
      note.textContent = clip.note;
      stars.hidden = tags.hidden = !clip.file; // an opinion is about a clip
      settings.replaceChildren(clip.settings, clip.note ? " · " : "", note);
      Array.from(stars.children, (star, i) => star.setAttribute("aria-pressed", String(i < (clip.rating ?? 0))));
      tags.replaceChildren(...clip.tags.map((tag) =>
        h("span", { class: "kw-tag" }, `#${tag}`,
          h("button", {
            type: "button", "aria-label": `Take the tag ${tag} away`,
            onclick: () => void tell("tag", { tags: now?.tags.filter((t) => t !== tag) ?? [] }),
          }, "×"))));
      if (!tags.contains(field)) tags.append(field);
      acts.replaceChildren(...model.get("actions").map((/** @type {[string, string]} */ [kind, label]) =>
        h("button", { class: "kw-quiet", type: "button", onclick: () => void tell("act", { action: kind }) }, label)));
      // What is under way, or in doubt, is not made again by a click on a small word.
      acts.hidden = !!clip.row && ["wait", "run", "ask"].includes(clip.row.tone);
      row.hidden = !clip.file && (acts.hidden || !acts.childElementCount);
    },
  };
}
