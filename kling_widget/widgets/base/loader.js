// Each widget's `_esm`. A host saves that once for every widget, so it is small: it takes the code of all widgets from the
// kernel, once a page, by a message, which no host saves. Nothing is awaited at load: messages to the widget are kept for it.
// @ts-check

/** @typedef {import("./widget.js").Model} Model */
/** @typedef {import("../page.js").Widget} Widget */
/** @typedef {{ widget: (name: string) => Widget }} Code what page.js exports */

/**
 * The code of one version, in this page.
 * @typedef {object} Supply
 * @property {Promise<[Code, string]>} code with its style sheet
 * @property {(buffers: DataView[]) => void} receive
 * @property {(model: Model, signal: AbortSignal) => void} request have the model's kernel asked, unless the code comes unasked
 */

const FIRST_REQUEST_MS = 300; // a kernel sends the code unasked with a cell's first widget, where the host lets it
const LONGEST_PAUSE_MS = 16_000;
const SILENCE_MS = 3000;
const SILENT = "This view waits for its kernel. If the kernel is gone, run the cell again.";
const REFUSED = "This page does not run the widget's code. Its security policy may lack blob: in script-src.";
const STYLE = "kling-widget";

/** @param {string} version @returns {Supply} */
function supplyOf(version) {
  /** @type {{ [name: symbol]: Map<string, Supply> | undefined }} */
  const page = /** @type {any} */ (globalThis);
  const supplies = page[Symbol.for(STYLE)] ??= new Map();
  const supply = supplies.get(version) ?? newSupply();
  supplies.set(version, supply);
  return supply;
}

/** @returns {Supply} */
function newSupply() {
  /** @type {(code: Promise<[Code, string]>) => void} */
  let resolve = () => {};
  const code = /** @type {Promise<[Code, string]>} */ (new Promise((settle) => { resolve = settle; }));
  /** @type {Model[]} */
  let waiting = [];
  let [received, pause, timer] = [false, 0, 0];
  const request = () => {
    const model = waiting.pop();
    if (!model) return;
    waiting.unshift(model); // it may have no kernel any more: the next time another one is asked
    try {
      model.send({ id: `code-${Math.random()}`, kind: "code" });
    } catch {
      // The same: another one is asked.
    }
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    timer = setTimeout(request, pause);
  };
  return {
    code,
    receive([script, sheet]) {
      if (received || !script || !sheet) return;
      received = true;
      waiting = [];
      clearTimeout(timer);
      resolve(run(script).then((module) => {
        const text = new TextDecoder().decode(sheet);
        putStyle(document.head, text);
        return [module, text];
      }));
    },
    request(model, signal) {
      if (received) return;
      waiting.push(model);
      signal.addEventListener("abort", () => { waiting = waiting.filter((one) => one !== model); });
      clearTimeout(timer);
      pause = FIRST_REQUEST_MS;
      timer = setTimeout(request, pause);
    },
  };
}

/** @param {DataView} script @returns {Promise<Code>} */
async function run(script) {
  const url = URL.createObjectURL(new Blob([/** @type {DataView<ArrayBuffer>} */ (script)], { type: "text/javascript" }));
  try {
    return await import(url);
  } catch {
    // A page's policy may forbid the one and allow the other.
    return await import(`data:text/javascript,${encodeURIComponent(new TextDecoder().decode(script))}`);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {HTMLElement | ShadowRoot} root @param {string} sheet */
function putStyle(root, sheet) {
  const style = root.querySelector(`#${STYLE}`) ?? root.appendChild(Object.assign(document.createElement("style"), { id: STYLE }));
  if (style.textContent !== sheet) style.textContent = sheet;
}

export default () => {
  /** @type {Promise<[Widget, string]>} */
  let loaded;
  return {
    /** @param {{ model: Model, signal: AbortSignal }} context */
    initialize({ model, signal }) {
      const supply = supplyOf(model.get("_code"));
      /** @type {unknown[]} */
      const early = [];
      /** @param {any} content @param {DataView[]} buffers */
      const receive = (content, buffers) => {
        if (content?.code) supply.receive(buffers);
        else early.push(content);
      };
      model.on("msg:custom", receive);
      supply.request(model, signal);
      loaded = supply.code.then(([code, sheet]) => {
        model.off("msg:custom", receive);
        const widget = code.widget(model.get("_widget"));
        if (!signal.aborted) widget.initialize?.({ model, signal, early });
        return [widget, sheet];
      });
      loaded.catch(() => {}); // each view says so
    },
    /** @param {{ model: Model, el: HTMLElement, signal: AbortSignal, host: any }} context */
    async render(context) {
      const { model, el, signal } = context;
      const silence = setTimeout(() => { if (!model.get("still")) el.textContent = SILENT; }, SILENCE_MS); // a still says more
      /** @type {[Widget, string]} */
      let code;
      try {
        code = await loaded;
      } catch (error) {
        el.textContent = `${REFUSED} ${/** @type {Error} */ (error).message}`;
        throw error;
      } finally {
        clearTimeout(silence);
      }
      if (signal.aborted) return;
      el.textContent = "";
      const [widget, sheet] = code;
      const root = el.getRootNode();
      if (root instanceof ShadowRoot) putStyle(root, sheet);
      widget.render(context);
      // Panel loses what its kernel sends between the page's beginning and this view.
      if ("Bokeh" in globalThis) model.send({ id: `state-${Math.random()}`, kind: "send_state" });
    },
  };
};
