// Drawings for buttons, on a 16 x 16 ground.
// @ts-check
import { create } from "../base/widget.js";

/** @type {Record<string, string>} */
const ICONS = {
  play: "M5 3.2v9.6l8-4.8z",
  pause: "M4.5 3h2.6v10H4.5zM8.9 3h2.6v10H8.9z",
  back: "M11.5 3.5v9L5.8 8zM4 3.5h1.5v9H4z",
  forth: "M4.5 3.5v9L10.2 8zM10.5 3.5H12v9h-1.5z",
  loop: "M11.5 1.5 14 4l-2.5 2.5V4.8H5.2A1.7 1.7 0 0 0 3.5 6.5v1H2v-1a3.2 3.2 0 0 1 3.2-3.2h6.3zM4.5 14.5 2 12l2.5-2.5v1.7h6.3a1.7 1.7 0 0 0 1.7-1.7v-1H14v1a3.2 3.2 0 0 1-3.2 3.2H4.5z",
  from: "M9.5 2.5H5v11h4.5V12H6.6V4h2.9z",
  to: "M6.5 2.5H11v11H6.5V12h2.9V4H6.5z",
  sound: "M2 6v4h2.6L8 13V3L4.6 6zM10 5.2a3.6 3.6 0 0 1 0 5.6v-1.7a2 2 0 0 0 0-2.2zM10 2.4a6.2 6.2 0 0 1 0 11.2v-1.6a4.7 4.7 0 0 0 0-8z",
  mute: "M2 6v4h2.6L8 13V3L4.6 6zM10.2 6.2l1-1 1.3 1.3 1.3-1.3 1 1-1.3 1.3 1.3 1.3-1 1-1.3-1.3-1.3 1.3-1-1 1.3-1.3z",
  full: "M2 2h4.5v1.6H3.6v2.9H2zM9.5 2H14v4.5h-1.6V3.6H9.5zM2 9.5h1.6v2.9h2.9V14H2zM12.4 9.5H14V14H9.5v-1.6h2.9z",
  save: "M7.2 1.5h1.6v6.2l2.1-2.1L12 6.7 8 10.7 4 6.7l1.1-1.1 2.1 2.1zM2.5 12.4h11V14h-11z",
  keys: "M1.5 4h13v8.5h-13zM3 5.5V11h10V5.5zM4 6.5h1.5V8H4zM6.5 6.5H8V8H6.5zM9 6.5h1.5V8H9zM5 8.8h6v1.4H5z",
};

/** @param {string} name @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name] ?? "");
  svg.append(path);
  return svg;
}

/** @param {string} name @param {string} says @param {string} classes @param {() => void} act */
export function iconButton(name, says, classes, act) {
  return create("button", { class: classes, type: "button", title: says, "aria-label": says, onclick: act }, icon(name));
}

/** Text that is there already is left alone: a screen reader hears changes only. @param {HTMLElement} el @param {string} text */
export function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}
