// How a clip reaches the page: by the server's own `files/` route where that leads to the same file, else in chunks over the
// widget's messages, else from where the service keeps it.
// @ts-check
import { sendCommand } from "../base/widget.js";
import { failed, mayTry, oneByOne, proven, worked } from "./files_route.js";
import { hostOf, jupyterServer } from "../base/host.js";
import { newKernelWatch, takeTurn } from "./kernel_wait.js";

/**
 * Where the kernel says that a take's clip is.
 * @typedef {object} Place
 * @property {string} path absolute, in the kernel's file system
 * @property {number} bytes its size; 0 where the file is gone or was changed
 * @property {string} head SHA-256 of its first 64 KiB, in hex; empty where the file is gone or was changed
 * @property {string} url where the service keeps it; empty where it no longer does
 * @property {string} [problem] why the file is not shown, in words
 */

/**
 * Something that a video element can play.
 * @typedef {object} Source
 * @property {string} url
 * @property {"files" | "bytes" | "beside" | "service"} route
 * @property {() => void} free gives its memory back
 * @property {() => void} [fail] takes note that it could not be played
 * @property {string} [note] what a person must know of it, such as that it is not the file in the library
 */

/** @typedef {import("../base/host.js").Server} Server */

const HEAD = 65_536; // bytes whose hash tells one file from another; `delivery.py` hashes as many
const CHUNK = 4 * 1024 * 1024; // bytes an answer: the quickest of 2 to 32 MiB; `delivery.py` gives no more at once

/**
 * Turn a path of the kernel's machine into an address on the server, as far as the page can know.
 * @param {Server} server
 * @param {string} path
 * @returns {string} empty where the file lies outside of what the server shows
 */
export function filesAddress(server, path) {
  const root = rootFolder(server);
  const file = path.replaceAll("\\", "/");
  if (!root || !server.baseUrl || !file.startsWith(root)) return "";
  const steps = file.slice(root.length).split("/");
  if (steps.some((step) => step.startsWith("."))) return ""; // servers hide these
  return `${server.baseUrl}files/${steps.map(encodeURIComponent).join("/")}`;
}

/** @param {Server} server @returns {string} the server's folder with a slash at its end; empty where it does not say */
function rootFolder(server) {
  let root = server.serverRoot?.replaceAll("\\", "/") ?? "";
  if (server.rootUri?.startsWith("file://")) root = decodeURIComponent(new URL(server.rootUri).pathname);
  if (/^\/[A-Za-z]:/.test(root)) root = root.slice(1);
  if (!root || root.startsWith("~")) return "";
  return root.endsWith("/") ? root : `${root}/`;
}

/**
 * Bring a take's clip to the page. A busy kernel is waited for, however long it takes; one that is gone is told of.
 * @param {import("../base/widget.js").Model} model
 * @param {{ id: string, beside: string }} clip `beside`: the file's address from where the notebook is; empty where unknown
 * @param {(signal: AbortSignal) => Promise<Place>} where
 * @param {{ signal: AbortSignal, without: Set<string>, progress: (fraction: number) => void }} options `without`: routes whose
 *   source this page could not play
 * @returns {Promise<Source>}
 */
export async function deliver(model, clip, where, { signal, without, progress }) {
  // The notebook as HTML has no kernel to ask: then the file lies beside it. Where a host has one, that address leads nowhere.
  if (hostOf() === "page" && clip.beside && !without.has("beside")) return { url: clip.beside, route: "beside", free() {} };
  const watch = newKernelWatch(model, signal);
  try {
    const place = await where(watch.signal);
    let problem = place.problem ?? "";
    if (place.bytes) {
      try {
        const source = await fromKernel(model, clip.id, place, without, watch.signal, progress);
        if (source) return source;
      } catch (error) {
        if (watch.signal.aborted || !place.url) throw error;
        problem = error instanceof Error ? error.message : String(error); // the file went away meanwhile
      }
    }
    return fromService(place, problem, without);
  } finally {
    watch.end();
  }
}

/**
 * @param {import("../base/widget.js").Model} model @param {string} take @param {Place} place @param {Set<string>} without
 * @param {AbortSignal} signal @param {(fraction: number) => void} progress @returns {Promise<Source | null>} null where no route is left
 */
async function fromKernel(model, take, place, without, signal, progress) {
  const server = jupyterServer();
  if (server && !without.has("files")) {
    const source = await oneByOne(server.baseUrl ?? "", () => byFiles(model, take, place, server, signal, progress));
    if (source) return source;
  }
  return without.has("bytes") ? null : byChunks(model, take, place, signal, progress);
}

/** @param {Place} place @param {string} problem @param {Set<string>} without @returns {Source} */
function fromService(place, problem, without) {
  if (place.url && !without.has("service")) {
    const why = problem || "This page could not play the file in the library.";
    return { url: place.url, route: "service", free() {}, note: `Played from the service, which keeps clips for seven days. ${why}` };
  }
  if (!problem) throw new Error(`This page can't play H.264 in MP4, or the file was changed. Open it in another player: ${place.path}`);
  throw new Error(without.has("service") ? `${problem} It could not be played from the service either; while that keeps it (seven days), opening the library anew fetches it.` : problem);
}

/**
 * @param {import("../base/widget.js").Model} model @param {string} take @param {Place} place @param {Server} server
 * @param {AbortSignal} signal @param {(fraction: number) => void} progress @returns {Promise<Source | null>}
 */
async function byFiles(model, take, place, server, signal, progress) {
  const [base, bare] = [server.baseUrl ?? "", filesAddress(server, place.path)];
  if (!bare || !mayTry(base, bare)) return null;
  const { answer, address } = await admitted(bare, signal);
  if (!answer) {
    failed(base, bare, "page");
    return null; // no way through: the kernel is asked for the bytes
  }
  /** @returns {null} */
  const other = () => {
    failed(base, bare, "folder");
    return null;
  };
  if (answer.status === 206) {
    const size = Number(answer.headers.get("Content-Range")?.split("/")[1]);
    const head = await answer.arrayBuffer();
    if (size !== place.bytes || !(await sameHead(model, take, place, head, signal))) return other();
    worked(base, bare);
    return { url: address, route: "files", free() {}, fail: () => failed(base, bare, "video") };
  }
  if (answer.status !== 200 || Number(answer.headers.get("Content-Length")) !== place.bytes || !answer.body) {
    await answer.body?.cancel();
    return other();
  }
  // A server that gives whole files only: a clip could not be sought in, so all of it comes now.
  const pieces = [];
  let have = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    have += value.byteLength;
    progress(have / place.bytes);
  }
  const blob = new Blob(pieces, { type: "video/mp4" });
  if (!(await sameHead(model, take, place, await blob.slice(0, HEAD).arrayBuffer(), signal))) return other();
  worked(base, bare);
  return ofBlob(blob, "files");
}

/**
 * Ask for the beginning of a file with each proof that this page has. A redirect is never followed: it leads to a login.
 * @param {string} bare its address @param {AbortSignal} signal
 * @returns {Promise<{ answer: Response | null, address: string }>} null where the server lets this page have nothing
 */
async function admitted(bare, signal) {
  for (const address of proven(bare, document.cookie)) {
    try {
      const headers = { Range: `bytes=0-${HEAD - 1}` };
      const answer = await fetch(address, { signal, headers, credentials: "same-origin", redirect: "manual" });
      if (answer.type !== "opaqueredirect" && answer.status !== 401 && answer.status !== 403) return { answer, address };
    } catch {
      signal.throwIfAborted();
    }
  }
  return { answer: null, address: bare };
}

/**
 * A kernel may run on another machine, where the same path is another file: the beginning must be the same.
 * @param {import("../base/widget.js").Model} model @param {string} take @param {Place} place @param {ArrayBuffer} head
 * @param {AbortSignal} signal
 */
async function sameHead(model, take, place, head, signal) {
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", head));
    return Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("") === place.head;
  }
  // Over plain http a page has no hash: the bytes themselves are compared.
  const { buffers } = await sendCommand(model, "chunk", { take, offset: 0, length: HEAD }, { signal });
  const theirs = buffers[0];
  if (!theirs || theirs.byteLength !== head.byteLength) return false;
  const ours = new DataView(head);
  for (let i = 0; i < head.byteLength; i++) if (ours.getUint8(i) !== theirs.getUint8(i)) return false;
  return true;
}

/**
 * @param {import("../base/widget.js").Model} model @param {string} take @param {Place} place @param {AbortSignal} signal
 * @param {(fraction: number) => void} progress @returns {Promise<Source>}
 */
async function byChunks(model, take, place, signal, progress) {
  const count = Math.ceil(place.bytes / CHUNK);
  /** @type {DataView[]} */
  const pieces = new Array(count);
  let next = 0;
  let have = 0;
  const pull = async () => {
    while (next < count) {
      const at = next++;
      const done = await takeTurn(model, signal, () => progress(have / place.bytes));
      try {
        const { buffers } = await sendCommand(model, "chunk", { take, offset: at * CHUNK, length: CHUNK }, { signal });
        const piece = buffers[0];
        if (!piece) throw new Error("The kernel sent a piece of the clip without its bytes. Run the cell again.");
        pieces[at] = piece;
        have += piece.byteLength;
        progress(have / place.bytes);
      } catch (error) {
        next = count; // the other one asks for no more
        throw error;
      } finally {
        done();
      }
    }
  };
  await Promise.all([pull(), pull()]); // two under way: one travels while the next is read
  if (have !== place.bytes) throw new Error(`The clip's file was changed while it was read: ${place.path}. Show the take again.`);
  return ofBlob(new Blob(/** @type {BlobPart[]} */ (/** @type {unknown} */ (pieces)), { type: "video/mp4" }), "bytes");
}

/** @param {Blob} blob @param {Source["route"]} route @returns {Source} */
function ofBlob(blob, route) {
  const url = URL.createObjectURL(blob);
  return { url, route, free: () => URL.revokeObjectURL(url) };
}
