// Templates: chosen by kind, filled where they have blanks, and put where the caret is. A person's own are kept and removed here.
// @ts-check
import { create, focused, sendCommand, watchTraits } from "../base/widget.js";
import { closeElsewhere } from "../base/popup.js";

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("../builder/prompt_text.js").Words} Words */
/** @typedef {import("./prompt_tools.js").Replace} Replace */
/** @typedef {{ blank: string, choices: string[] }} Blank */
/** @typedef {string | Blank} Piece */

/**
 * One template, as `studio.prompting.rows` says it.
 * @typedef {{ name: string, kind: string, text: string, own: boolean, pieces: Piece[] }} Template
 */

/** @type {[string, string][]} the kinds, and what a tab says */
const KINDS = [
  ["camera", "Camera"], ["lens", "Lens"], ["light", "Light"], ["era", "Era"], ["motion", "Motion"], ["mood", "Mood"], ["sound", "Sound"], ["prompt", "Whole prompts"],
];
const NAME_LETTERS = 60; // as templates.py has it

/**
 * The words of a template whose blanks were filled.
 * @param {Piece[]} pieces
 * @param {(name: string) => string} value
 */
export function filled(pieces, value) {
  return pieces.map((piece) => (typeof piece === "string" ? piece : value(piece.blank))).join("");
}

/** @param {{ model: Model, signal: AbortSignal, prompt: Words, replace: Replace, row: HTMLElement, below: HTMLElement }} view */
export function templatePanel({ model, signal, prompt, replace, row, below }) {
  let kind = "camera";
  const name = `kw-templates-${Math.random().toString(36).slice(2)}`;
  const open = create("button", { class: "kw-quiet", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-controls": name }, "Templates");
  const tabs = create("div", { class: "kw-tpl-tabs", role: "tablist", "aria-label": "Kinds of templates" });
  const shut = create("button", { class: "kw-help-close", type: "button", "aria-label": "Close templates" }, "×");
  const list = create("div", { class: "kw-tpl-list", role: "list" });
  const preview = create("div", { class: "kw-tpl-preview" });
  const body = create("div", { class: "kw-tpl-body", role: "tabpanel", id: `${name}-body` }, list, preview);
  const status = create("p", { class: "kw-status", role: "status" });
  const foot = create("div", { class: "kw-tpl-foot" });
  const panel = create("div", { class: "kw-tpl", role: "dialog", "aria-label": "Templates", id: name, hidden: true },
    create("div", { class: "kw-tpl-head" }, tabs, shut), body, status, foot);
  row.append(open);
  below.append(panel);

  /** @returns {Template[]} */
  const all = () => model.get("templates");
  /** @param {string} words @param {string} [tone] */
  const say = (words, tone = "") => {
    status.textContent = words;
    status.dataset.tone = tone;
  };

  /** @param {boolean} shown */
  const toggle = (shown) => {
    panel.hidden = !shown;
    open.setAttribute("aria-expanded", String(shown));
    if (!shown) return;
    say(model.get("problem"), "bad");
    show();
    offerToKeep();
    panel.scrollIntoView({ block: "nearest" });
    chosenTab()?.focus({ preventScroll: true });
  };
  const leave = closeElsewhere(signal, { isOpen: () => !panel.hidden, elements: [panel, open], opener: open, hide: () => toggle(false) });
  const chosenTab = () => /** @type {HTMLElement | null} */ (tabs.querySelector('[aria-selected="true"]'));

  /** @param {Template} template @param {string} words */
  const use = (template, words) => {
    toggle(false);
    if (template.kind === "prompt" && prompt.read().trim()) replace(words, `“${template.name}” is in place of your prompt.`);
    else prompt.insert(words);
  };
  /** @param {Template} template */
  const choose = (template) => {
    for (const item of list.querySelectorAll(".kw-tpl-name")) item.setAttribute("aria-pressed", String(item.textContent === template.name));
    if (template.pieces.every((piece) => typeof piece === "string")) return use(template, template.text);
    const blanks = blankForm(template, (words) => use(template, words));
    preview.replaceChildren(blanks);
    /** @type {HTMLElement | null} */ (blanks.querySelector("input, select"))?.focus();
  };
  /** @param {Template} template shows it, unless blanks of another are being filled */
  const glance = (template) => {
    if (!preview.querySelector("form")) preview.replaceChildren(create("p", { class: "kw-tpl-text", dir: "auto" }, ...marked(template.pieces)));
  };
  /** @param {Template} template @param {HTMLElement} item */
  const drop = async (template, item) => {
    item.hidden = true; // at once; the kernel's list says the rest
    chosenTab()?.focus();
    try {
      await sendCommand(model, "remove", { name: template.name }, { signal });
      say(`“${template.name}” was removed.`);
    } catch (error) {
      item.hidden = false;
      if (!signal.aborted) say(error instanceof Error ? error.message : String(error), "bad");
    }
  };

  function show() {
    if (!tabs.childElementCount) {
      tabs.append(...KINDS.map(([key, word]) => create("button", { class: "kw-tpl-tab", type: "button", role: "tab", id: `${name}-${key}`, dataset: { kind: key },
        "aria-controls": body.id, onclick: () => { kind = key; show(); } }, word)));
    }
    for (const tab of tabs.querySelectorAll("button")) {
      const mine = tab.dataset.kind === kind;
      tab.setAttribute("aria-selected", String(mine));
      tab.tabIndex = mine ? 0 : -1;
    }
    body.setAttribute("aria-labelledby", `${name}-${kind}`);
    const held = list.contains(focused(list));
    const those = all().filter((template) => template.kind === kind);
    list.replaceChildren(...those.map((template) => listed(template, { choose, glance, drop })));
    preview.replaceChildren();
    if (those[0]) glance(those[0]);
    if (held) chosenTab()?.focus();
  }

  function offerToKeep() {
    const keep = create("button", { class: "kw-quiet", type: "button", onclick: () => {
      const naming = keepForm(kind, all, {
        leave: offerToKeep,
        keep: async (template) => {
          say("Saving …");
          try {
            await sendCommand(model, "save", { template: { ...template, text: prompt.read() } }, { signal });
            kind = template.kind;
            show();
            offerToKeep();
            say(`“${template.name}” was saved.`);
            chosenTab()?.focus();
          } catch (error) {
            if (!signal.aborted) say(error instanceof Error ? error.message : String(error), "bad");
          }
        },
      });
      foot.replaceChildren(naming);
      naming.querySelector("input")?.focus();
    } }, "Save the prompt as a template");
    keep.disabled = !prompt.read().trim();
    const held = foot.contains(focused(foot));
    foot.replaceChildren(keep);
    if (held) keep.focus();
  }

  open.addEventListener("click", (event) => { if (event.detail < 2) toggle(Boolean(panel.hidden)); }, { signal });
  shut.addEventListener("click", leave, { signal });
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = KINDS.findIndex(([key]) => key === kind);
    kind = KINDS[(at + step + KINDS.length) % KINDS.length]?.[0] ?? kind;
    show();
    chosenTab()?.focus();
  }, { signal });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    /** @type {HTMLElement[]} */
    const names = Array.from(list.querySelectorAll(".kw-tpl-name"));
    names[names.indexOf(/** @type {HTMLElement} */ (focused(list))) + step]?.focus();
  }, { signal });
  watchTraits(model, ["templates"], signal, () => { if (!panel.hidden) show(); });
  watchTraits(model, ["problem"], signal, () => { if (model.get("problem")) say(model.get("problem"), "bad"); });
}

/**
 * @param {Template} template
 * @param {{ choose: (template: Template) => void, glance: (template: Template) => void, drop: (template: Template, item: HTMLElement) => void }} acts
 */
function listed(template, { choose, glance, drop }) {
  const item = create("div", { class: "kw-tpl-item", role: "listitem" }, create("button", {
    class: "kw-tpl-name", type: "button", dir: "auto", "aria-pressed": "false",
    onclick: () => choose(template), onfocus: () => glance(template), onpointerenter: () => glance(template),
  }, template.name));
  if (!template.own) return item;
  const remove = create("button", { class: "kw-help-close", type: "button", "aria-label": `Remove ${template.name}`, onclick: () => {
    if (remove.textContent === "Remove?") return drop(template, item);
    remove.textContent = "Remove?"; // it is gone from the file then
  }, onblur: () => { remove.textContent = "×"; } }, "×");
  item.append(remove);
  return item;
}

/** @param {Piece[]} pieces @param {(name: string) => string} [value] */
function marked(pieces, value = () => "") {
  return pieces.map((piece) => (typeof piece === "string" ? piece : create("mark", {}, value(piece.blank) || piece.blank)));
}

/**
 * A form that Enter sends too: not every host lets a page's own Enter through.
 * @param {Record<string, unknown>} props
 * @param {() => void} act
 * @param {...Node} children
 */
function form(props, act, ...children) {
  return create("form", { ...props, novalidate: true,
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      act();
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      act();
    },
  }, ...children);
}

/**
 * Small inputs for a template's blanks, above what comes of them.
 * @param {Template} template
 * @param {(words: string) => void} done
 */
function blankForm(template, done) {
  /** @type {Map<string, HTMLInputElement | HTMLSelectElement>} */
  const inputs = new Map();
  for (const piece of template.pieces) {
    if (typeof piece === "string" || inputs.has(piece.blank)) continue;
    inputs.set(piece.blank, piece.choices.length
      ? create("select", { class: "kw-help-pick" }, ...piece.choices.map((choice) => create("option", { value: choice, dir: "auto" }, choice)))
      : create("input", { class: "kw-tpl-input", type: "text", "aria-required": "true", autocomplete: "off" }));
  }
  /** @param {string} name */
  const value = (name) => inputs.get(name)?.value.trim() ?? "";
  const text = create("p", { class: "kw-tpl-text", dir: "auto" });
  const show = () => text.replaceChildren(...marked(template.pieces, value));
  show();
  return form({ class: "kw-tpl-blanks", oninput: show }, () => {
    const missing = [...inputs].find(([name]) => !value(name));
    if (missing) missing[1].focus();
    else done(filled(template.pieces, value));
  },
  ...Array.from(inputs, ([name, input]) => create("label", {}, create("span", { dir: "auto" }, name), input)),
  text, create("div", { class: "kw-tpl-insert" }, create("button", { class: "kw-help-plain", type: "submit" }, "Insert")));
}

/**
 * A name and a kind for the prompt as a template.
 * @param {string} kind what it is taken to be
 * @param {() => Template[]} all
 * @param {{ keep: (template: { name: string, kind: string }) => void, leave: () => void }} acts
 */
function keepForm(kind, all, { keep, leave }) {
  const name = create("input", { class: "kw-tpl-input", type: "text", "aria-required": "true", maxlength: NAME_LETTERS, placeholder: "Name", "aria-label": "The template's name", autocomplete: "off" });
  const pick = create("select", { class: "kw-help-pick", "aria-label": "The template's kind" },
    ...KINDS.map(([key, word]) => create("option", { value: key, selected: key === kind }, key === "prompt" ? "Whole prompt" : word)));
  const save = create("button", { class: "kw-help-plain", type: "submit" }, "Save");
  name.addEventListener("input", () => {
    save.textContent = all().some((template) => template.own && template.name === name.value.trim()) ? "Replace" : "Save";
  });
  return form({ class: "kw-tpl-keep" }, () => {
    if (name.value.trim()) keep({ name: name.value.trim(), kind: pick.value });
    else name.focus();
  }, name, pick, save, create("button", { class: "kw-quiet", type: "button", onclick: leave }, "Cancel"));
}
