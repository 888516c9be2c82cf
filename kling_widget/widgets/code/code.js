// The request as code, to copy; and a place to paste one. What is pasted goes to the kernel in a command and nowhere else.
// @ts-check
import { create, focused, newId, openView, saveTraits, sendCommand, watchTraits } from "../base/widget.js";
import { lettersOf } from "../storyboard/shots.js";

/** @typedef {import("../base/widget.js").Model} Model */

const SLOW = 2500; // ms without an answer until it is said that the kernel is busy
const SHOWN = 2000; // ms that the copy button says what it did

/** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} view */
function render({ model, el, signal }) {
  openView({ model, el, signal }, "kw-code");
  el.setAttribute("role", "region");
  el.setAttribute("aria-label", "The request as code");
  const suffix = newId();
  const tabs = create("div", { class: "kw-code-tabs", role: "tablist", "aria-label": "The request as" });
  const text = create("pre", { class: "kw-code-text", id: `kw-code-${suffix}`, role: "tabpanel", dir: "auto", tabindex: 0 });
  const copy = create("button", { class: "kw-quiet", type: "button" }, "Copy");
  const close = create("button", { class: "kw-quiet kw-code-close", type: "button", "aria-label": "Close the code", title: "Close (Esc)" }, "×");
  const heard = create("span", { class: "kw-hidden", role: "status" });
  const box = create("textarea", {
    class: "kw-code-box", id: `kw-paste-${suffix}`, rows: 2, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    placeholder: "JSON, a curl command, Python (generate, VideoRequest, client.run), JavaScript (fetch) or a %%kling cell",
  });
  const fill = create("button", { class: "kw-quiet kw-code-fill", type: "button" }, "Fill the form");
  const outcome = create("p", { class: "kw-code-status", id: `kw-status-${suffix}`, role: "status" });
  box.setAttribute("aria-describedby", outcome.id);
  el.append(
    create("div", { class: "kw-row" }, tabs, create("span", { class: "kw-grow" }), copy, close, heard), text,
    create("div", { class: "kw-row" }, create("label", { class: "kw-label kw-grow", for: box.id }, "Paste a request"), fill), box, outcome);

  /** @type {Record<string, string>} */
  let forms = {};
  let chosen = "";
  /** @param {string} name */
  const choose = (name) => {
    chosen = name;
    for (const tab of tabs.querySelectorAll("button")) {
      const on = tab.dataset.key === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      if (on) text.setAttribute("aria-labelledby", tab.id);
    }
    const shown = forms[name] ?? "";
    if (text.textContent !== shown) text.textContent = shown; // what a person has marked stays marked
  };
  watchTraits(model, ["forms"], signal, () => {
    forms = model.get("forms");
    const names = Object.keys(forms);
    if (names.join() !== Array.from(tabs.children, (tab) => /** @type {HTMLElement} */ (tab).dataset.key).join())
      tabs.replaceChildren(...names.map((name, i) => create("button", {
        type: "button", role: "tab", id: `kw-tab-${suffix}-${i}`, "aria-controls": text.id, dataset: { key: name }, onclick: () => choose(name),
      }, name)));
    choose(names.includes(chosen) ? chosen : names[0] ?? "");
  });
  tabs.addEventListener("keydown", (event) => {
    const all = Array.from(tabs.querySelectorAll("button"));
    const next = all[turned(event.key, all.findIndex((tab) => tab === event.target), all.length)];
    if (!next) return;
    event.preventDefault();
    choose(next.dataset.key ?? "");
    next.focus();
  }, { signal });

  let back = 0;
  copy.addEventListener("click", async () => {
    const word = await copied(forms[chosen] ?? "", text) ? "Copied" : `Marked: press ${/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl"} C`;
    copy.textContent = heard.textContent = word;
    clearTimeout(back);
    back = setTimeout(() => { copy.textContent = "Copy"; heard.textContent = ""; }, SHOWN);
  }, { signal });
  signal.addEventListener("abort", () => clearTimeout(back));

  pasting({ model, box, fill, outcome, signal });

  /** @type {Element | null} who had the keyboard when it was opened, and gets it back */
  let opener = null;
  watchTraits(model, ["shown"], signal, () => {
    if (model.get("shown") && el.hidden) opener = focused(el);
    el.hidden = !model.get("shown");
  });
  const shut = () => {
    model.set("shown", false);
    saveTraits(model);
    if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) opener.focus();
  };
  close.addEventListener("click", shut, { signal });
  el.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    shut();
  }, { signal });
}

/**
 * Send what was pasted, and say what became of it.
 * @param {{ model: Model, box: HTMLTextAreaElement, fill: HTMLButtonElement, outcome: HTMLElement, signal: AbortSignal }} view
 */
function pasting({ model, box, fill, outcome, signal }) {
  /** @param {string} words @param {"ok" | "bad" | "wait"} tone */
  const say = (words, tone) => {
    outcome.textContent = words;
    outcome.dataset.tone = tone;
  };
  let waiting = false;
  const send = async () => {
    const pasted = box.value;
    if (waiting) return;
    if (!pasted.trim()) {
      box.focus();
      return say("Paste a request here first.", "ok");
    }
    const most = model.get("longest");
    const letters = lettersOf(pasted);
    if (letters > most) return say(`The text has ${letters.toLocaleString("en")} characters; at most ${most.toLocaleString("en")} are read.`, "bad");
    waiting = true;
    fill.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => say("The kernel is busy with a cell, or gone. The text waits and will be read once.", "wait"), SLOW);
    try {
      const { answer } = await sendCommand(model, "fill", { text: pasted }, { signal });
      say(answer.text ?? "", "ok");
      if (box.value === pasted) box.value = ""; // there may be a key in it
    } catch (error) {
      if (!signal.aborted) say(error instanceof Error ? error.message : String(error), "bad");
    } finally {
      clearTimeout(slow);
      waiting = false;
      fill.removeAttribute("aria-busy");
    }
  };
  fill.addEventListener("click", send, { signal });
  box.addEventListener("paste", () => {
    const whole = box.selectionStart === 0 && box.selectionEnd === box.value.length; // not a piece put into another
    if (whole) setTimeout(() => { if (!signal.aborted) send(); });
  }, { signal });
  // In the panel this key spends money, wherever it is pressed; here it means the button beside the box.
  window.addEventListener("keydown", (event) => {
    if (event.target !== box || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) send();
  }, { signal, capture: true });
}

/** Where a key leads among so many tabs; -1 where it leads nowhere. @param {string} key @param {number} at @param {number} count */
function turned(key, at, count) {
  if (at < 0) return -1;
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + count, Home: 0, End: count - 1 }[key];
  return to === undefined ? -1 : to % count;
}

/**
 * Put a text on the clipboard. Where the page may not, its element is marked for the person's own keys.
 * @param {string} words @param {HTMLElement} shown
 * @returns {Promise<boolean>} whether it is on the clipboard
 */
async function copied(words, shown) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return document.execCommand("copy");
  }
}

export default { render };
