// A page of its own: the screen as it is everywhere, with a model that answers from what lies in the page.
// @ts-check
import { setUpRoot } from "../base/widget.js";
import { LETTERS } from "./letters.js";
import { put } from "./icons.js";
import { show } from "./player.js";

/**
 * What lies in the page, as `page.py` writes it.
 * @typedef {object} Leaves
 * @property {import("./player.js").Clip[]} takes
 * @property {Record<string, import("./timecode.js").FrameTimes>} frames by take
 * @property {Record<string, string>} strips JPEGs in base64, by take
 * @property {Record<string, import("./caption.js").Differences>} differences by the pair's ids
 * @property {string[]} shown the takes that it opens with
 * @property {boolean} inside whether the clips lie in the page
 */

const NO_KERNEL = "This page was saved from a library and has no kernel, so nothing was changed. Open the library to do this.";
const BASE64_PIECE = 1 << 20; // characters that are read at a time; a multiple of four

/** @param {string} text base64 @returns {Uint8Array<ArrayBuffer>[]} */
function decoded(text) {
  const pieces = [];
  for (let at = 0; at < text.length; at += BASE64_PIECE) {
    const piece = atob(text.slice(at, at + BASE64_PIECE));
    const bytes = new Uint8Array(piece.length);
    for (let i = 0; i < piece.length; i++) bytes[i] = piece.charCodeAt(i);
    pieces.push(bytes);
  }
  return pieces;
}

/** A clip that lies in the page gets its address when it is first shown. @param {import("./player.js").Clip} clip */
function openInside(clip) {
  const held = document.querySelector(`script[data-clip="${CSS.escape(clip.id)}"]`);
  if (!held) return;
  let url = "";
  Object.defineProperty(clip, "beside", {
    get() {
      if (!url) {
        url = URL.createObjectURL(new Blob(decoded(held.textContent ?? ""), { type: "video/mp4" }));
        held.remove(); // once is enough
      }
      return url;
    },
  });
}

/** @param {string} take @returns {HTMLElement | null} its line in the table */
function lineOf(take) {
  return document.querySelector(`tr[data-take="${CSS.escape(take)}"]`);
}

/**
 * What is known of each clip's file, and what is said where it does not play.
 * @param {Leaves} leaves
 * @returns {Map<string, import("./player.js").Told>}
 */
function placesOf({ takes, frames, inside }) {
  return new Map(takes.map((clip) => {
    const problem = inside ? "This browser can't play H.264 in MP4. Open the page in another one."
      : `This file is not beside the page, or can't be played here: ${decodeURIComponent(clip.beside)}. Put its folder beside the page and load it again.`;
    return [clip.id, { place: { path: "", bytes: 0, head: "", url: "", problem }, frames: frames[clip.id] ?? null }];
  }));
}

/**
 * Carry out what a screen asks of its kernel, as far as a page can.
 * @param {Leaves} leaves
 * @param {{ kind: string, take: string, other?: string }} command
 * @returns {{ answer: object, buffers: DataView[] }}
 */
function carryOut(leaves, { kind, take, other }) {
  /** @param {string} image base64 */
  const picture = (image) => ({ answer: { ok: true }, buffers: image ? decoded(image).map((image) => new DataView(image.buffer)) : [] });
  if (kind === "send_state") return { answer: { ok: true }, buffers: [] };
  if (kind === "poster") return picture(lineOf(take)?.querySelector("img")?.src.split(",")[1] ?? "");
  if (kind === "strip") return picture(leaves.strips[take] ?? "");
  const differences = kind === "differ" ? leaves.differences[`${take} ${other}`] : undefined;
  if (differences) return { answer: { ok: true, differences }, buffers: [] };
  return { answer: { ok: false, error: NO_KERNEL }, buffers: [] };
}

/**
 * A model without a kernel behind it.
 * @param {Leaves} leaves
 * @param {Record<string, any>} traits
 * @returns {import("../base/widget.js").Model}
 */
function pageModel(leaves, traits) {
  /** @type {Map<string, Set<(...args: any[]) => void>>} */
  const hearers = new Map();
  /** @param {string} event @param {...any} args */
  const say = (event, ...args) => { for (const hear of [...(hearers.get(event) ?? [])]) hear(...args); };
  return {
    get: (name) => traits[name],
    set(name, value) {
      traits[name] = value;
      say(`change:${name}`);
    },
    save_changes() {},
    on(event, hear) { hearers.set(event, (hearers.get(event) ?? new Set()).add(hear)); },
    off(event, hear) { if (hear) hearers.get(event)?.delete(hear); },
    send(command) {
      if (!command?.id) return;
      const { answer, buffers } = carryOut(leaves, command);
      queueMicrotask(() => say("msg:custom", { re: command.id, ...answer }, buffers));
    },
  };
}

/** How so many takes are shown at first. @param {number} count @returns {import("./film.js").Arrangement} */
function usual(count) {
  return count < 2 ? "one" : count === 2 ? "side" : "grid";
}

/**
 * The pictures of the table put takes on the screen, and take them off.
 * @param {Leaves} leaves
 * @param {import("../base/widget.js").Model} model
 */
function chooseFromTable(leaves, model) {
  /** @param {string[]} ids in the order in which they are shown */
  const choose = (ids) => {
    const before = model.get("clips").length;
    const clips = ids.flatMap((id) => leaves.takes.find((clip) => clip.id === id) ?? []);
    model.set("clips", clips);
    // As many as before, or fewer, are shown as before.
    if (clips.length > before && clips.length < 4) model.set("arrangement", usual(clips.length));
    leaves.takes.forEach(({ id }) => {
      const [button, at] = [lineOf(id)?.querySelector("button"), ids.indexOf(id)];
      button?.setAttribute("aria-pressed", String(at >= 0));
      const letter = button?.querySelector("b");
      if (letter) put(letter, LETTERS[at] ?? "");
    });
  };
  for (const { id } of leaves.takes) {
    lineOf(id)?.querySelector("button")?.addEventListener("click", () => {
      const ids = model.get("clips").map((/** @type {{ id: string }} */ clip) => clip.id);
      // Where all places are taken, the one that was put there first makes room.
      choose(ids.includes(id) ? ids.filter((/** @type {string} */ one) => one !== id) : [...ids, id].slice(-LETTERS.length));
    });
  }
  document.getElementById("kw-none")?.addEventListener("click", () => choose([]));
  document.getElementById("kw-all")?.addEventListener("click", () => choose(leaves.shown));
  choose(leaves.shown);
}

/** @param {HTMLElement} el where the screen goes */
function openPage(el) {
  /** @type {Leaves} */
  const leaves = JSON.parse(document.getElementById("kw-leaves")?.textContent ?? "");
  const places = placesOf(leaves);
  if (leaves.inside) leaves.takes.forEach(openInside);
  const model = pageModel(leaves, {
    clips: [], arrangement: usual(leaves.shown.length), invitation: "Choose takes from the table below.",
    compact: false, actions: [], still: "", fixed: true,
  });
  el.replaceChildren();
  setUpRoot(el, "kw-screen");
  show(model, el, new AbortController().signal, places);
  chooseFromTable(leaves, model);
}

const place = document.getElementById("kw-screen");
if (place) openPage(place);
