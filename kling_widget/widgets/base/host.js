// Which application this page is in, and what that one can't do. Each is told by what it says of itself in its page.
// @ts-check

/**
 * `vscode` is the desktop application, and others built from its sources; `vscode-web` the same in a browser, which plays what
 * the browser plays; `page` is any other page: a notebook as HTML, or an application that is not known here.
 * @typedef {"lab" | "notebook" | "voila" | "marimo" | "vscode" | "vscode-web" | "colab" | "page"} Host
 */

/**
 * @param {Document} [doc]
 * @param {{ protocol: string, hostname: string }} [place] the page's address
 * @param {string} [agent] what the browser calls itself
 * @returns {Host}
 */
export function hostOf(doc = document, place = location, agent = navigator.userAgent) {
  // Every webview's body names the kind of its theme (the API's guide to webviews, "Theming"). On a desktop a webview has a
  // scheme of its own, and the browser around it calls itself Electron.
  if (place.protocol === "vscode-webview:") return "vscode";
  if (doc.body?.dataset.vscodeThemeKind) return /\bElectron\//.test(agent) ? "vscode" : "vscode-web";
  // Colab shows outputs in a frame of their own, https://…-colab.googleusercontent.com/outputframe.html (colabtools #3925).
  if (place.hostname.endsWith("-colab.googleusercontent.com")) return "colab";
  // marimo's page and its islands are made of custom elements (its index.html; 0.25).
  if (doc.querySelector("marimo-version, marimo-filename, marimo-island")) return "marimo";
  // Voila's templates write this on the body (templates/lab/index.html.j2; 0.5). Its page has Jupyter's configuration too.
  if (doc.body?.dataset.voila) return "voila";
  const { appName } = jupyterServer(doc) ?? {};
  if (appName === "JupyterLab") return "lab";
  if (appName === "Jupyter Notebook") return "notebook";
  return "page";
}

/**
 * What a page of Jupyter says of its server.
 * @typedef {{ baseUrl?: string, serverRoot?: string, rootUri?: string, appName?: string }} Server
 */

/** @param {Document} [doc] @returns {Server | null} null on a page that is not Jupyter's own */
export function jupyterServer(doc = document) {
  const text = doc.getElementById("jupyter-config-data")?.textContent;
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // not ours to mend: the other routes remain
  }
}

/**
 * Whether a clip's sound can't be heard here. VS Code's own FFmpeg has no AAC, in which the service's clips have their sound
 * (vscode #167685, #329811); the picture plays, and what it can hear is MP3 (#156558). It can't be asked: `canPlayType` answers
 * for a browser that has AAC.
 * @param {Host} host
 */
export function soundless(host) {
  return host === "vscode";
}

/**
 * What a person is told where they can't hear a clip, and what can be done.
 * @param {Host} host
 * @param {{ sound: boolean }} clip
 * @param {string} path the clip's file on the kernel's machine; empty where it is not known
 * @returns {{ words: string, offer: string } | null} `offer`: what a button says that has the kernel make a copy
 *   with its sound in MP3; null where nothing needs to be said
 */
export function soundWords(host, clip, path) {
  if (!clip.sound || !soundless(host)) return null;
  const open = path ? ` Or open the file in another player: ${path}` : "";
  return {
    words: `VS Code can't play this clip's sound (AAC), so it plays without it. A copy with its sound in MP3 can be heard here; the clip itself stays as it came.${open}`,
    offer: "Play with sound",
  };
}
