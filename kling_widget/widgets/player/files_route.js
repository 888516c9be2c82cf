// The server's `files/` route: what an address there needs, and whether this page still tries it.
// @ts-check

const TRIES = 2; // after so many failures a route is left alone: some end in redirects, each with a new cookie
const TOKENS = 4; // cookies that are tried at most

// Every widget has a copy of this module of its own, and they share a server: the page itself holds what they share.
const ROUTES = Symbol.for("kling_widget.file-routes");

/**
 * @typedef {object} Routes
 * @property {Map<string, number>} failures how often each route failed, by the beginning of its addresses
 * @property {Set<string>} open base addresses below which a file came
 * @property {Map<string, Promise<unknown>>} asking the last question about a base address that is not known to be open
 */

/** @returns {Routes} */
function routes() {
  const page = /** @type {any} */ (globalThis);
  return (page[ROUTES] ??= { failures: new Map(), open: new Set(), asking: new Map() });
}

/**
 * Ask a server for a file. Until one came, those who ask wait for each other: what the first learns, the others need not.
 * @template T
 * @param {string} base
 * @param {() => Promise<T>} asks
 * @returns {Promise<T>}
 */
export function oneByOne(base, asks) {
  const { open, asking } = routes();
  if (open.has(base)) return asks();
  const mine = (asking.get(base) ?? Promise.resolve()).then(asks);
  asking.set(base, mine.catch(() => {}));
  return mine;
}

/**
 * Whether a file's address is worth a try. All that a page may not reach at all, and all of a folder that another machine has,
 * is asked for no more than twice.
 * @param {string} base the server's base address
 * @param {string} address
 */
export function mayTry(base, address) {
  return [base, folderOf(address), `video ${base}`].every((route) => (routes().failures.get(route) ?? 0) < TRIES);
}

/**
 * @param {string} base @param {string} address
 * @param {"page" | "folder" | "video"} what the page may not have it, it is not there, or it came and could not be played
 */
export function failed(base, address, what) {
  const route = what === "folder" ? folderOf(address) : what === "page" ? base : `video ${base}`;
  const { failures } = routes();
  failures.set(route, (failures.get(route) ?? 0) + 1);
}

/** @param {string} base @param {string} address */
export function worked(base, address) {
  const { failures, open } = routes();
  open.add(base);
  failures.delete(base);
  failures.delete(folderOf(address));
}

/** @param {string} address */
function folderOf(address) {
  const path = address.split("?")[0] ?? "";
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/**
 * A file's address with the proof that this page asks for it, in the order in which they are tried. JupyterHub turns others
 * away to its login, which leads back here, without end.
 * @param {string} address
 * @param {string} cookies `document.cookie`: a proof for each path above the page's may be there, the longest path first
 * @returns {string[]}
 */
export function proven(address, cookies) {
  const tokens = cookies.split("; ").filter((one) => one.startsWith("_xsrf=")).map((one) => one.slice("_xsrf=".length).replace(/^"(.*)"$/, "$1"));
  const fresh = [...new Set(tokens)].filter(Boolean).slice(0, TOKENS);
  return fresh.length ? fresh.map((token) => `${address}?_xsrf=${encodeURIComponent(unescaped(token))}`) : [address];
}

/** @param {string} token */
function unescaped(token) {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}
