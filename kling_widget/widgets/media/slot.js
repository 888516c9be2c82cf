// One place for pictures or for a video: what is there, and the ways to put something there.
// @ts-check
import { create, focused } from "../base/widget.js";
import { TAKEN } from "./chunked_upload.js";

/** @typedef {{ name: string, label: string, kind: import("./chunked_upload.js").MediumKind, most: number, required: boolean, help: string }} Slot */

/**
 * What an item shows. `key` stays while a file turns from one that travels into one that has come.
 * @typedef {{ key: string, id: string, name: string, facts: string, state: string, type: string, share: number | null }} Item
 */

/**
 * What a slot asks of the view that it is in.
 * @typedef {object} Acts
 * @property {(files: File[]) => void} take
 * @property {(text: string) => Promise<boolean>} place whether it was taken
 * @property {(what: string, item: Item) => void} act `remove`, `earlier`, `later` or `again`
 * @property {(item: Item, place: HTMLElement) => void} draw puts its picture in place
 */

/**
 * @param {Slot} slot @param {Acts} acts @param {AbortSignal} signal
 * @returns {{ el: HTMLElement, show: (items: Item[], problem: string) => void }}
 */
export function slotView(slot, acts, signal) {
  const { kind, most, label } = slot;
  const single = most === 1;
  const thing = kind === "video" ? "a video" : single ? "a picture" : "pictures";
  const input = create("input", { type: "file", accept: [...TAKEN[kind].types, kind === "video" ? ".mp4,.mov" : ""].join(), multiple: !single, hidden: true, tabindex: -1, "aria-label": label });
  const count = create("span", { class: "kw-media-count kw-num" });
  const chooses = create("button", { class: "kw-media-choose", type: "button", "aria-label": `${label}: choose ${thing}` }, "Choose…");
  const ways = create("span", { class: "kw-media-ways" }, kind === "video" ? "or drop one" : "or drop, or paste");
  const drop = create("li", { class: "kw-media-drop" }, chooses, ways);
  const list = create("ul", { class: "kw-media-list", "aria-label": label });
  const status = create("p", { class: "kw-media-status", role: "status" });
  const text = create("input", { type: "text", class: "kw-media-path", "aria-label": `${label}: a path on the kernel's machine, or an address`, placeholder: "/path/on/the/kernel's/machine or https://…", spellcheck: "false", autocomplete: "off" });
  const takes = create("button", { class: "kw-media-choose", type: "button" }, "Take it");
  const form = create("div", { class: "kw-media-form", hidden: true }, text, takes);
  const link = create("button", { class: "kw-quiet", type: "button", "aria-expanded": "false", "aria-label": `${label}: name a path or an address` }, "path or URL");
  const about = [slot.required ? "" : "optional", slot.help].filter(Boolean);
  const el = create("section", { class: "kw-media-slot", "aria-label": label, dataset: { slot: slot.name, kind, many: single ? "" : "yes" } },
    create("div", { class: "kw-media-head" }, create("span", { class: "kw-label", title: about.join(" · ") }, label, ...about.map((words) => create("small", { class: words === slot.help ? "kw-media-help" : "" }, words))), count, link),
    list, form, status, input);
  list.append(drop);

  const choose = () => input.click();
  chooses.addEventListener("click", choose, { signal });
  drop.addEventListener("click", (event) => { if (event.target !== chooses) choose(); }, { signal });
  input.addEventListener("change", () => {
    acts.take(Array.from(input.files ?? []));
    input.value = ""; // the same file may be chosen again
  }, { signal });
  /** @param {boolean} wide */
  const fold = (wide) => {
    form.hidden = !wide;
    link.setAttribute("aria-expanded", String(wide));
  };
  /** @param {boolean} wide */
  const open = (wide) => {
    fold(wide);
    (wide ? text : link).focus();
  };
  link.addEventListener("click", () => open(form.hidden === true), { signal });
  const name = async () => {
    if (takes.disabled) return;
    const here = form.contains(focused(form));
    takes.disabled = true; // a busy kernel answers late, and is asked once
    const taken = await acts.place(text.value);
    takes.disabled = false;
    if (!taken) return;
    text.value = "";
    if (here) open(false);
    else fold(false);
  };
  takes.addEventListener("click", name, { signal });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") open(false);
    else if (event.key !== "Enter" || event.target !== text || event.isComposing) return;
    else void name();
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
  receive(el, acts.take, signal);

  /** @type {Map<string, ReturnType<typeof itemView>>} */
  let views = new Map();
  /** @param {Item[]} items @param {string} problem */
  const show = (items, problem) => {
    const held = focused(list)?.closest(".kw-medium");
    const at = held ? Array.from(list.children).indexOf(held) : -1;
    views = new Map(items.map((item) => [item.key, views.get(item.key) ?? itemView(item, acts, single ? choose : null)]));
    const wanted = Array.from(views.values(), (view) => view.el);
    for (const child of Array.from(list.children)) if (child !== drop && !wanted.includes(/** @type {HTMLLIElement} */ (child))) child.remove();
    wanted.forEach((child, place) => { if (list.children[place] !== child) list.insertBefore(child, list.children[place] ?? null); });
    items.forEach((item, place) => views.get(item.key)?.show(item, place, items.length));
    drop.hidden = items.length >= most;
    drop.classList.toggle("kw-media-more", items.length > 0);
    chooses.textContent = items.length ? "Add…" : "Choose…";
    count.textContent = single || !items.length ? "" : `${items.length} of ${most}`;
    status.textContent = problem;
    // The keyboard stays nearby where what had it went.
    if (at >= 0 && !list.contains(focused(list))) {
      const next = wanted[Math.min(at, wanted.length - 1)]?.querySelector(".kw-medium-remove");
      /** @type {HTMLElement} */ (next ?? chooses).focus();
    }
  };
  return { el, show };
}

/** Files that are dropped or pasted on an element. @param {HTMLElement} el @param {(files: File[]) => void} take @param {AbortSignal} signal */
function receive(el, take, signal) {
  /** @param {DragEvent} event */
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = "copy";
    el.classList.add("kw-over");
  };
  el.addEventListener("dragenter", over, { signal });
  el.addEventListener("dragover", over, { signal });
  el.addEventListener("dragleave", (event) => { if (!el.contains(/** @type {Node | null} */ (event.relatedTarget))) el.classList.remove("kw-over"); }, { signal });
  el.addEventListener("drop", (event) => {
    el.classList.remove("kw-over");
    const files = Array.from(event.dataTransfer?.files ?? []);
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    take(files);
  }, { signal });
  el.addEventListener("paste", (event) => {
    const files = Array.from(event.clipboardData?.files ?? []);
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    take(files);
  }, { signal });
}

/** @param {Item} first @param {Acts} acts @param {(() => void) | null} replace where another takes its place; null where it joins */
function itemView(first, acts, replace) {
  let item = first, drawn = "";
  const picture = create("span", { class: "kw-medium-picture" });
  const name = create("span", { class: "kw-medium-name", dir: "auto" });
  const facts = create("span", { class: "kw-medium-facts kw-num" });
  const meter = create("span", { class: "kw-medium-meter", "aria-hidden": "true" }, create("i"));
  /** @param {string} what @param {string} word @param {string} label */
  const button = (what, word, label) => create("button", { type: "button", class: `kw-medium-${what}`, title: label, "aria-label": `${label} (${first.name})`, onclick: () => acts.act(what, item) }, word);
  const earlier = button("earlier", "‹", "Move before the one before"), later = button("later", "›", "Move after the next");
  const again = button("again", "Try again", "Upload it once more");
  const another = replace && create("button", { type: "button", class: "kw-medium-again", "aria-label": `Choose another (${first.name})`, onclick: replace }, "Replace…");
  const el = create("li", { class: "kw-medium" }, picture, meter, create("span", { class: "kw-medium-text" }, name, create("span", { class: "kw-medium-line" }, facts, again, another)), ...(replace ? [] : [earlier, later]), button("remove", "×", "Remove"));
  return {
    el,
    /** @param {Item} next @param {number} at @param {number} count */
    show(next, at, count) {
      item = next;
      name.textContent = el.title = next.name;
      facts.textContent = next.facts;
      el.dataset.state = next.state;
      meter.style.setProperty("--kw-share", String(next.share ?? 1));
      again.hidden = next.state !== "failed";
      earlier.hidden = next.share !== null || at === 0;
      later.hidden = next.share !== null || at >= count - 1;
      if (drawn === next.id + next.state) return;
      drawn = next.id + next.state;
      if (!picture.firstElementChild) acts.draw(next, picture);
    },
  };
}
