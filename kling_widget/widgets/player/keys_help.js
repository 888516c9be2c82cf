// What the player's keys do, behind a button.
// @ts-check
import { create } from "../base/widget.js";
import { closeElsewhere } from "../base/popup.js";
import { KEYS } from "./controls.js";
import { icon } from "./icons.js";

const MORE_KEYS = [
  ["v", "the next way to show them"],
  ["[ ]", "the wipe, the onion skin: less, more"],
  ["1 to 9", "choose a clip: it is heard, and acted on"],
  ["?", "these keys"],
];

/** @param {AbortSignal} signal @returns {{ el: HTMLDetailsElement, close: () => void }} */
export function keysHelp(signal) {
  const opener = create("summary", { class: "kw-quiet kw-icon", "aria-label": "Keys (?)", title: "Keys (?)" }, icon("keys"));
  const el = create("details", { class: "kw-pop kw-keys" }, opener,
    create("dl", { class: "kw-menu" }, ...[...KEYS, ...MORE_KEYS].flatMap(([key, does]) => [create("dt", {}, key ?? ""), create("dd", {}, does ?? "")])));
  return { el, close: closeElsewhere(signal, { isOpen: () => el.open, elements: [el], opener, hide: () => { el.open = false; } }) };
}
