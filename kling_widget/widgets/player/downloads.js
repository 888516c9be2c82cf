// What a person takes away: the clip, its story in it, a frame, a moving picture, a contact sheet. The page draws frames
// itself; what the kernel makes comes in pieces, and lies in the library too.
// @ts-check
import { create, sendCommand } from "../base/widget.js";
import { closeElsewhere } from "../base/popup.js";
import { clockTime } from "./timecode.js";
import { icon } from "./icons.js";
import { poster } from "./poster.js";

const PIECE = 2 * 1024 * 1024; // bytes an answer; the kernel caps it
const ASK_AGAIN = 3000; // ms after which a page that heard nothing asks: some hosts lose what a background thread sends
const POSTER_MOST = 40_000; // bytes; `still.py` keeps no larger one
const POSTER_SIDE = 480; // pixels of a poster's longer side

/**
 * What is taken away from.
 * @typedef {object} Subject
 * @property {import("./player.js").Clip} clip
 * @property {HTMLVideoElement} video
 * @property {string} url the clip's own address in this page
 * @property {import("./sync.js").State} state
 * @property {string[]} takes all that are shown
 */

/**
 * @param {import("../base/widget.js").Model} model
 * @param {AbortSignal} signal
 * @param {() => Subject | null} subject null while nothing can be taken
 * @param {(words: string, tone?: "ok" | "bad") => void} tell
 */
export function newTaking(model, signal, subject, tell) {
  const save = create("a", { class: "kw-take-away", role: "menuitem" }, "Save the clip");
  const menu = create("div", { class: "kw-menu", role: "menu" });
  menu.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const items = /** @type {HTMLElement[]} */ (Array.from(menu.querySelectorAll(".kw-take-away")));
    const at = items.indexOf(/** @type {HTMLElement} */ (event.target));
    items[(at + by + items.length) % items.length]?.focus();
    event.preventDefault();
    event.stopPropagation(); // the card's own arrows move the playhead
  }, { signal });
  const opener = create("summary", { class: "kw-quiet kw-icon", "aria-label": "Save and share", title: "Save and share" }, icon("save"));
  const el = create("details", { class: "kw-pop kw-save" }, opener, menu);

  /** @param {unknown} error */
  const sorry = (error) => {
    if (!signal.aborted) tell(error instanceof Error ? error.message : String(error), "bad");
  };
  /** @param {string} words @param {(now: Subject) => Promise<string>} act gives what is said of it @param {string} [asks] `kernel` where it needs one */
  const item = (words, act, asks) => create("button", {
    class: "kw-take-away", role: "menuitem", type: "button", "data-asks": asks,
    onclick: () => {
      const now = subject();
      close();
      if (now) act(now).then((outcome) => tell(outcome), sorry);
    },
  }, words);
  /** @param {string} kind @param {(now: Subject) => Record<string, unknown>} [of] */
  const made = (kind, of = () => ({})) => async (/** @type {Subject} */ now) => {
    tell("Being made …");
    const file = await make(model, { take: now.clip.id, takes: now.takes, export: kind, ...of(now) }, signal, (share) => tell(`Fetching it, ${Math.round(share * 100)} %`));
    give(file.blob, file.name);
    return `Saved as ${file.name}; it is in the library too, in exports.`;
  };
  /** @param {Subject} now */
  const chosenRange = ({ state }) => ({ start: state.from, end: state.to });
  const gif = item("GIF", made("gif", chosenRange), "kernel");
  const webp = item("WebP", made("webp", chosenRange), "kernel");
  const sheet = item("Contact sheet", made("sheet", chosenRange), "kernel");
  const alone = model.get("fixed") === true; // a page without a kernel: what it can do by itself
  menu.append(
    save,
    ...(alone ? [] : [item("Save with its story", made("story"), "kernel")]),
    item("Copy this frame", async (now) => {
      const png = drawn(now.video, "image/png");
      try {
        await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
        return "The frame is in the clipboard.";
      } catch {
        give(await png, frameName(now));
        return `This page may not write to the clipboard: the frame is saved as ${frameName(now)}.`;
      }
    }),
    item("Save this frame (PNG)", async (now) => {
      give(await drawn(now.video, "image/png"), frameName(now));
      return `Saved as ${frameName(now)}.`;
    }),
    ...(alone ? [] : [gif, webp, sheet, item("Make this frame its poster", async (now) => {
      const image = await small(now.video);
      await sendCommand(model, "picture", { take: now.clip.id }, { signal, buffers: [await image.arrayBuffer()] });
      return "The poster is this frame now.";
    }, "kernel")]));
  const close = closeElsewhere(signal, { isOpen: () => el.open, elements: [el], opener, hide: () => { el.open = false; } });
  save.addEventListener("click", () => setTimeout(close), { signal });

  return {
    el, close,
    show() {
      const now = subject();
      el.toggleAttribute("hidden", !now);
      if (!now) return;
      save.href = now.url;
      save.download = now.clip.name;
      const opens = elsewhere(now.url);
      save.target = opens ? "_blank" : "";
      save.textContent = opens ? "Open the clip" : "Save the clip";
      const { from, to, length } = now.state;
      const range = from === null && to === null ? "" : ` of ${clockTime(from ?? 0)}–${clockTime(to ?? length)}`;
      gif.textContent = `GIF${range}`;
      webp.textContent = `WebP${range}`;
      sheet.textContent = now.takes.length > 1 ? `Contact sheet of ${now.takes.length} takes (PNG)` : `Contact sheet${range} (PNG)`;
    },
  };
}

/**
 * Have the kernel make a file, and fetch it.
 * @param {import("../base/widget.js").Model} model @param {Record<string, unknown>} wanted @param {AbortSignal} signal
 * @param {(share: number) => void} progress 0 to 1
 * @returns {Promise<{ blob: Blob, name: string }>}
 */
export async function make(model, wanted, signal, progress) {
  const { answer } = await sendCommand(model, "make", wanted, { signal });
  const file = await end(model, answer.job, signal);
  const count = Math.ceil(file.bytes / PIECE);
  /** @type {DataView[]} */
  const pieces = [];
  for (let n = 0; n < count; n++) {
    const { buffers } = await sendCommand(model, "piece", { job: answer.job, offset: n * PIECE, length: PIECE }, { signal });
    if (!buffers[0]) throw new Error("The kernel sent a piece of the file without its bytes. It is in the library, in exports.");
    pieces.push(buffers[0]);
    progress((n + 1) / count);
  }
  return { blob: new Blob(/** @type {BlobPart[]} */ (/** @type {unknown} */ (pieces)), { type: file.type }), name: file.name };
}

/** Wait until a job is done. @param {import("../base/widget.js").Model} model @param {string} job @param {AbortSignal} signal @returns {Promise<{ bytes: number, name: string, type: string }>} */
function end(model, job, signal) {
  return new Promise((resolve, reject) => {
    /** @param {any} content */
    const hear = (content) => {
      if (content?.job !== job || content.made === undefined) return;
      leave();
      if (content.problem) reject(new Error(content.problem));
      else resolve(content.made);
    };
    let pending = false;
    const again = setInterval(() => {
      if (pending) return; // a busy kernel has the question already
      pending = true;
      sendCommand(model, "made", { job }, { signal }).then(({ answer }) => {
        pending = false;
        if (answer.made !== undefined) hear({ ...answer, job });
      }, (error) => {
        leave();
        reject(error);
      });
    }, ASK_AGAIN);
    const leave = () => {
      clearInterval(again);
      model.off("msg:custom", hear);
      signal.removeEventListener("abort", gone);
    };
    const gone = () => {
      leave();
      reject(signal.reason);
    };
    model.on("msg:custom", hear);
    signal.addEventListener("abort", gone);
  });
}

/** What comes from elsewhere can't be saved by a link: a click would take the page there. @param {string} url */
function elsewhere(url) {
  const { protocol, origin } = new URL(url, document.baseURI);
  if (protocol === "blob:" || protocol === "data:") return false; // this page's own, whatever origin it is given
  return ofFile(url) || origin !== location.origin;
}

/** A file is shown to a page that was opened from one, and no more: it is neither saved by it nor read. @param {string} url */
function ofFile(url) {
  return new URL(url, document.baseURI).protocol === "file:";
}

/** @param {HTMLVideoElement} video @param {string} type @param {number} [side] the longer side at most, in pixels @param {number} [quality] @returns {Promise<Blob>} */
function drawn(video, type, side = Infinity, quality = 0.92) {
  const scale = Math.min(1, side / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    const refused = ofFile(video.currentSrc)
      ? "This page was opened from a file, and may not read pictures of the files beside it. Open the clip instead."
      : "This page may not read the picture: the clip comes from another address. Save the clip instead.";
    try {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(refused))), type, quality);
    } catch {
      reject(new Error(refused));
    }
  });
}

/** The frame as a poster, no larger than a library keeps. @param {HTMLVideoElement} video */
async function small(video) {
  for (const quality of [0.82, 0.7, 0.55, 0.4, 0.25]) {
    const image = await drawn(video, "image/jpeg", POSTER_SIDE, quality);
    if (image.size <= POSTER_MOST) return image;
  }
  throw new Error("This frame makes no poster under 40 KB. Choose another one.");
}

/**
 * Give the library the frame that is shown as a poster, where it has none: its own way of making one may have failed.
 * @param {import("../base/widget.js").Model} model @param {string} take @param {HTMLVideoElement} video @param {AbortSignal} signal
 */
export async function lendPoster(model, take, video, signal) {
  if (model.get("fixed") === true || await poster(model, take, signal)) return;
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA)
    await new Promise((resolve) => { video.addEventListener("loadeddata", resolve, { signal, once: true }); });
  const image = await small(video);
  await sendCommand(model, "picture", { take }, { signal, buffers: [await image.arrayBuffer()] });
}

/** @param {Subject} now */
function frameName({ clip, state }) {
  return clip.name.replace(/\.mp4$/, `-frame-${state.frame}.png`);
}

/** Hand a file to the browser as a download. @param {Blob} blob @param {string} name */
function give(blob, name) {
  const url = URL.createObjectURL(blob);
  create("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // a browser that asks where to may take its time
}
