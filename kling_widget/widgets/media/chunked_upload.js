// A file's way from the page to the kernel: looked at here first, then sent in pieces, each answered before the next goes.
// @ts-check
import { sendCommand } from "../base/widget.js";

const PIECE = 2 * 1024 * 1024; // bytes a message: hosts close the connection at 10 MiB, and between two others get their turn
const LEAST_SIDE = 300; // pixels; this and what is below as medium.py has it, which looks again
const BUSY = 2500; // ms without an answer until it is said that the kernel is busy

/** @typedef {"image" | "video"} MediumKind */

/** @type {Record<MediumKind, { types: string[], most: number, one: string, many: string }>} */
export const TAKEN = {
  image: { types: ["image/jpeg", "image/png", "image/webp"], most: 10e6, one: "a JPEG, PNG or WebP picture", many: "pictures" },
  video: { types: ["video/mp4", "video/quicktime"], most: 200e6, one: "an MP4 or MOV video", many: "videos" },
};

/** @param {number} bytes @returns {string} for a person: `340 KB`, `1.2 MB` */
export function sized(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Why a file can't be used, in words; empty where it seems to be of use.
 * @param {File} file @param {MediumKind} kind @param {string} url the file's, for the page
 * @returns {Promise<string>}
 */
export async function unfit(file, kind, url) {
  const { types, most, one, many } = TAKEN[kind];
  if (file.type && !types.includes(file.type)) return `${file.name} is not ${one}. Choose another file.`;
  if (file.size > most) return `${file.name} has ${sized(file.size)}; ${many} of at most ${most / 1e6} MB are taken. Choose a smaller one.`;
  if (!file.size) return `${file.name} is empty. Choose another file.`;
  if (kind === "video") return "";
  const picture = new Image();
  picture.src = url;
  try {
    await picture.decode();
  } catch {
    return `${file.name} can't be read as a picture. Choose another file.`;
  }
  const { naturalWidth: width, naturalHeight: height } = picture;
  if (Math.min(width, height) >= LEAST_SIDE) return "";
  return `${file.name} has ${width} x ${height} pixels; the models take pictures from ${LEAST_SIDE} x ${LEAST_SIDE}. Choose a larger one.`;
}

/**
 * Send a file. Rejects with an `Error` in words where the kernel refuses it.
 * @param {import("../base/widget.js").Model} model
 * @param {{ slot: string, upload: string, file: File }} what
 * @param {AbortSignal} signal
 * @param {(share: number, busy: boolean) => void} progress the share that has come, 0 to 1, and whether the kernel lets one wait
 */
export async function sendPieces(model, { slot, upload, file }, signal, progress) {
  const count = Math.ceil(file.size / PIECE);
  for (let index = 0; index < count; index++) {
    const piece = await bytesOf(file.slice(index * PIECE, (index + 1) * PIECE));
    const busy = setTimeout(() => progress(index / count, true), BUSY);
    try {
      const fields = { slot, upload, index, last: index === count - 1, name: file.name, size: file.size };
      await sendCommand(model, "piece", fields, { signal, buffers: [piece] });
    } finally {
      clearTimeout(busy);
    }
    progress((index + 1) / count, false);
  }
}

/** @param {Blob} blob */
async function bytesOf(blob) {
  try {
    return await blob.arrayBuffer();
  } catch {
    throw new Error("The file was changed or moved while it was read. Nothing was charged. Choose it once more.");
  }
}
