// The pictures and videos of a request: chosen, dropped, pasted, or named by a path or an address.
// @ts-check
import { create, newId, openView, refreshWhenSilent, requestState, sendCommand, watchTraits } from "../base/widget.js";
import { sendPieces, sized, unfit } from "./chunked_upload.js";
import { slotView } from "./slot.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./slot.js").Slot} Slot */
/** @typedef {import("./slot.js").Item} Item */
/** @typedef {{ id: string, name: string, bytes: number, type: string, state: string, url: string, problem: string, upload: string }} Entry */

/**
 * A file that this page sends.
 * @typedef {{ slot: string, upload: string, file: File, share: number, busy: boolean, control: AbortController }} Travel
 */

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  openView({ model, el, signal }, "kw-media");
  const aloud = create("span", { class: "kw-hidden", "aria-live": "polite" });
  /** @type {Travel[]} */
  let travels = [];
  /** @type {Map<string, string>} files of this page, by what they were called on their way */
  const own = new Map();
  /** @type {Map<string, Promise<string>>} pictures that the kernel gave, by their id */
  const given = new Map();
  /** @type {Map<string, string>} what this page has to say of a slot */
  const words = new Map();
  /** @type {Map<string, ReturnType<typeof slotView>>} */
  let views = new Map();
  let line = Promise.resolve(); // one file after the other: a kernel has one ear
  signal.addEventListener("abort", () => {
    for (const travel of travels) travel.control.abort(signal.reason);
    for (const url of own.values()) URL.revokeObjectURL(url);
    for (const url of given.values()) void url.then((picture) => { if (picture) URL.revokeObjectURL(picture); }, () => {});
  });

  /** @param {string} slot @returns {Entry[]} */
  const entries = (slot) => model.get("value")[slot] ?? [];
  /** @param {string} slot @param {unknown} error */
  const say = (slot, error) => {
    if (signal.aborted) return;
    words.set(slot, error instanceof Error ? error.message : String(error));
    show();
  };
  /**
   * Show a change at once; a busy kernel hears of it later.
   * @param {string} slot @param {string} kind @param {Record<string, unknown>} fields @param {Entry[]} [next]
   */
  const tell = (slot, kind, fields, next) => {
    words.delete(slot);
    if (next) model.set("value", { ...model.get("value"), [slot]: next });
    return sendCommand(model, kind, { slot, ...fields }, { signal }).then(() => true, (error) => {
      say(slot, error);
      if (next && !signal.aborted) requestState(model);
      return false;
    });
  };

  /** @param {Slot} slot @param {File[]} files */
  const take = async (slot, files) => {
    words.delete(slot.name);
    const left = slot.most === 1 ? 1 : slot.most - entries(slot.name).length - travels.filter((t) => t.slot === slot.name).length;
    if (files.length > left) words.set(slot.name, `${slot.label}: at most ${slot.most}. ${left > 0 ? `The first ${left} of ${files.length} are taken.` : "Remove one first."}`);
    for (const file of files.slice(0, Math.max(0, left))) {
      const upload = newId();
      const url = URL.createObjectURL(file);
      const wrong = await unfit(file, slot.kind, url);
      if (wrong || signal.aborted) {
        URL.revokeObjectURL(url);
        say(slot.name, wrong);
        continue;
      }
      own.set(upload, url);
      if (slot.most === 1) for (const other of travels) if (other.slot === slot.name) stop(other);
      const travel = { slot: slot.name, upload, file, share: 0, busy: false, control: new AbortController() };
      travels = [...travels, travel];
      line = line.then(() => go(travel));
    }
    show();
  };

  /** @param {Travel} travel */
  const go = async (travel) => {
    const { slot, control } = travel;
    try {
      control.signal.throwIfAborted();
      await sendPieces(model, travel, control.signal, (share, busy) => {
        Object.assign(travel, { share, busy });
        show();
      });
    } catch (error) {
      if (!control.signal.aborted) say(slot, error);
    }
    travels = travels.filter((other) => other !== travel);
    if (!signal.aborted) show();
  };

  /** @param {Travel} travel */
  const stop = (travel) => {
    travel.control.abort(new Error("It is not wanted any more."));
    travels = travels.filter((other) => other !== travel);
    void tell(travel.slot, "remove", { medium: travel.upload });
  };

  /** @param {Slot} slot @param {Item} item @param {HTMLElement} place */
  const draw = (slot, item, place) => {
    const mine = own.get(item.key);
    if (mine) {
      place.replaceChildren(slot.kind === "video" ? create("video", { src: `${mine}#t=0.1`, muted: true, playsinline: true, preload: "metadata", tabindex: -1, "aria-hidden": "true" })
        : create("img", { src: mine, alt: "", draggable: "false" }));
      return;
    }
    place.textContent = item.state === "url" ? "↗" : slot.kind === "video" ? "▶" : "";
    if (!item.type.startsWith("image/")) return;
    const picture = given.get(item.id) ?? sendCommand(model, "picture", { medium: item.id }, { signal }).then(({ answer, buffers }) => buffers[0]?.byteLength
      ? URL.createObjectURL(new Blob([/** @type {BlobPart} */ (/** @type {unknown} */ (buffers[0]))], { type: answer.type })) : "");
    given.set(item.id, picture);
    picture.then((url) => { if (url) place.replaceChildren(create("img", { src: url, alt: "", draggable: "false" })); }, () => given.delete(item.id));
  };

  /** @param {Slot} slot @param {string} what @param {Item} item */
  const act = (slot, what, item) => {
    const there = entries(slot.name);
    const at = there.findIndex((one) => one.id === item.id);
    const travel = travels.find((one) => one.upload === item.id);
    if (travel) return stop(travel), show();
    if (what === "again") return void tell(slot.name, "again", { medium: item.id });
    const rest = there.filter((one) => one.id !== item.id);
    if (what === "remove") return void tell(slot.name, "remove", { medium: item.id }, rest);
    const to = at + (what === "earlier" ? -1 : 1), one = there[at];
    if (one && to >= 0 && to < there.length) void tell(slot.name, "move", { medium: item.id, to }, [...rest.slice(0, to), one, ...rest.slice(to)]);
  };

  const show = () => {
    for (const [name, view] of views) {
      const there = entries(name);
      const coming = travels.filter((one) => one.slot === name && !there.some(({ upload }) => upload === one.upload));
      const problem = [words.get(name) || model.get("problem")[name], ...there.map((one) => one.problem)].filter(Boolean).join(" ");
      view.show([...there.map(ofEntry), ...coming.map(ofTravel)], problem);
    }
  };
  /** @type {Map<string, string>} */
  let before = new Map();
  const announce = () => {
    const all = /** @type {Entry[]} */ (Object.values(model.get("value")).flat());
    for (const { id, name, state } of all) if (before.get(id) === "uploading" && state !== "uploading") aloud.textContent = `${name}: ${state === "ready" ? "ready" : "not uploaded"}`;
    before = new Map(all.map(({ id, state }) => [id, state]));
  };

  watchTraits(model, ["slots"], signal, () => {
    /** @type {Slot[]} */
    const slots = model.get("slots");
    views = new Map(slots.map((slot) => [slot.name, slotView(slot, {
      take: (files) => void take(slot, files),
      place: (text) => tell(slot.name, "place", { text }),
      act: (what, item) => act(slot, what, item),
      draw: (item, place) => draw(slot, item, place),
    }, signal)]));
    el.replaceChildren(...Array.from(views.values(), (view) => view.el), aloud);
    show();
  });
  watchTraits(model, ["value", "problem"], signal, () => { announce(); show(); });
  refreshWhenSilent(model, ["value"], signal, () => Object.values(model.get("value")).flat().some((one) => /** @type {Entry} */ (one).state === "uploading"));
}

/** @param {Entry} entry @returns {Item} */
function ofEntry({ id, upload, name, bytes, state, type }) {
  const facts = { uploading: "uploading…", failed: "not uploaded", url: "address" }[state] ?? sized(bytes);
  return { key: upload || id, id, name, facts, state, type, share: null };
}

/** @param {Travel} travel @returns {Item} */
function ofTravel({ upload, file, share, busy }) {
  const facts = busy ? "waits: the kernel is busy" : `${Math.round(100 * share)} % of ${sized(file.size)}`;
  return { key: upload, id: upload, name: file.name, facts, state: "travelling", type: file.type, share };
}

export default { render };
