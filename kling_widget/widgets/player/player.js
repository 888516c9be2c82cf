// The screen: one clip or several with their controls and their story. Under way or ended without a clip, they say so instead.
// @ts-check
import { create, refreshWhenSilent, saveTraits, sendCommand, setUpRoot, watchTraits } from "../base/widget.js";
import { newComparing, fitting, offeredFor, shownOf } from "./arrangements.js";
import { clockTime } from "./timecode.js";
import { newControls } from "./controls.js";
import { newDeck } from "./sync.js";
import { linkPlayback } from "./playback_traits.js";
import { newFilm } from "./film.js";
import { newFreezer } from "../base/frozen.js";
import { GONE, watchKernel } from "../base/kernel.js";
import { hostOf, soundWords } from "../base/host.js";
import { put } from "./icons.js";
import { keysHelp } from "./keys_help.js";
import { LETTERS } from "./letters.js";
import { showRows } from "../queue/take_row.js";
import { newStory } from "./caption.js";
import { strip } from "./poster.js";
import { make, newTaking } from "./downloads.js";

/**
 * A take as `clip.py` says it.
 * @typedef {object} Clip
 * @property {string} id
 * @property {string} prompt
 * @property {string} settings
 * @property {string} note
 * @property {boolean} sound
 * @property {number | null} width
 * @property {number | null} height
 * @property {string} file names the file's content; empty where there is none
 * @property {string} beside
 * @property {string} name
 * @property {number | null} rating
 * @property {string[]} tags
 * @property {import("../queue/take_row.js").Row | null} row how it goes; null once the clip is here
 */

/** @typedef {import("../base/widget.js").Model} Model */
/** @typedef {import("./delivery.js").Place} Place */
/** What the kernel says of a take's file. @typedef {{ place: Place, frames: import("./timecode.js").FrameTimes | null }} Told */

/**
 * What a view puts around the film, and what it says of the clips in it.
 * @typedef {object} Labels
 * @property {(film: HTMLElement) => HTMLElement} around puts the film into what it stands in
 * @property {() => number} across how many clips stand in a row
 * @property {(place: number) => string} of what the corner of a clip says; empty: its letter
 * @property {HTMLElement} [inside] what stands at the end of the card
 * @property {HTMLElement} [after] what stands after the card
 * @property {boolean} [blind] whether nothing is said of the clips: not what they differ in either
 * @property {boolean} [goesOn] whether other clips play at once where the last ones played
 */

export default () => newPlayer();

/** @param {((context: { model: Model, el: HTMLElement, signal: AbortSignal }) => Labels) | null} [labelled] builds what stands above a grid */
export function newPlayer(labelled = null) {
  /** @type {Map<string, Told>} what the kernel told unasked, so that a busy one holds nobody up */
  const places = new Map();
  /** @type {import("./playback_traits.js").Linked} */
  const linked = { view: null };
  return {
    /** @param {{ model: Model, signal: AbortSignal, early: unknown[] }} context */
    initialize({ model, signal, early }) {
      /** @param {any} content */
      const hear = (content) => {
        if (content?.place) places.set(content.take, { place: content.place, frames: content.frames ?? null });
      };
      early.forEach(hear);
      model.on("msg:custom", hear);
      signal.addEventListener("abort", () => model.off("msg:custom", hear));
    },
    /** @param {{ model: Model, el: HTMLElement, signal: AbortSignal }} context */
    render({ model, el, signal }) {
      setUpRoot(el, "kw-screen");
      show(model, el, signal, places, linked, labelled?.({ model, el, signal }) ?? null);
    },
  };
}

/** Whether a clip is the place of one that is not there: it has no take. @param {string} id */
const isPlace = (id) => id.startsWith("cell ");

/** @param {Model} model @param {HTMLElement} el @param {AbortSignal} signal @param {Map<string, Told>} places @param {import("./playback_traits.js").Linked} [linked] @param {Labels | null} [labels] */
export function show(model, el, signal, places, linked = { view: null }, labels = null) {
  /** @param {string} take @param {AbortSignal} gone @returns {Promise<Place>} */
  const where = async (take, gone) => {
    const found = places.get(take);
    if (found) return found.place;
    const { answer } = await sendCommand(model, "where", { take }, { signal: gone });
    places.set(take, { place: answer.place, frames: answer.frames ?? null });
    return answer.place;
  };
  const rows = create("div", { class: "kw-screen-rows" });
  const refused = create("p", { class: "kw-screen-status", role: "alert" });
  const spoken = create("p", { class: "kw-screen-word", role: "status" });
  const card = create("section", { class: "kw-card kw-screen-card", tabindex: 0, "aria-label": "Screen" });
  const note = create("span");
  const offer = create("button", { class: "kw-quiet", type: "button", hidden: true, dataset: { asks: "kernel" }, onclick: () => void sound() });
  const gone = create("p", { class: "kw-screen-gone", role: "alert", hidden: true });
  const remarks = create("p", { class: "kw-screen-remarks", hidden: true }, note, " ", offer);
  /** @type {Set<string>} takes that the view opened with; whatever came later, a person asked for */
  const shownFirst = new Set(model.get("clips").map((/** @type {Clip} */ { id }) => id));
  /** @type {Set<string>} takes that play with a sound made for this host */
  const heard = new Set();
  const hidden = create("style"); // what the saved notebook shows stays out of sight for as long as this view lives
  if (model.get("still")) hidden.textContent = hideStill(model.get("still"));

  /** @type {[string, string]} */
  const pair = ["", ""];
  let selected = ""; // as the trait said it last
  let [chosen, share, before, acted, left, resumes] = ["", 0.5, "", "", false, false]; // `acted`: on which take; `left`: by the kernel
  /** @type {Map<string, import("./caption.js").Differences>} by the pair's ids */
  const differences = new Map();
  /** @type {Map<string, string>} strips by take */
  const strips = new Map();

  /** @param {string} words @param {"ok" | "bad"} [tone] */
  const tell = (words, tone = "ok") => {
    spoken.textContent = words;
    spoken.dataset.tone = tone;
  };
  /** The clips that have a take. @returns {Clip[]} */
  const takes = () => model.get("clips").filter((/** @type {Clip} */ { id }) => !isPlace(id));
  /** @returns {import("./arrangements.js").View} */
  const view = () => {
    /** @type {Clip[]} */
    const clips = model.get("clips");
    const wanted = model.get("arrangement");
    const made = takes();
    const arrangement = labels && (wanted === "grid" || !made.length) ? "grid" : fitting(wanted, made.length);
    const shown = shownOf(arrangement === "grid" ? clips : made, arrangement, pair, chosen);
    const first = shown.find(({ id }) => !isPlace(id)) ?? shown[0];
    return { arrangement, shown, chosen: shown.some(({ id }) => id === chosen) ? chosen : first?.id ?? "" };
  };
  /** @param {string} take */
  const choose = (take) => {
    chosen = take;
    if (!isPlace(take) && model.get("selected") !== take) {
      model.set("selected", take);
      saveTraits(model);
    }
    showAll();
  };
  /** @param {number} to */
  const blend = (to) => {
    share = Math.min(1, Math.max(0, to));
    film.blend(share);
    comparing.show(takes(), view(), share, labels ? true : undefined);
  };
  /** @param {string} arrangement */
  const arrange = (arrangement) => {
    model.set("arrangement", arrangement);
    saveTraits(model);
  };
  /** What a person must know of what plays: not the library's file, or a sound that this host can't play. */
  const remark = () => {
    const tile = film.tiles().find((one) => one.clip()?.id === view().chosen);
    const [source, clip] = [tile?.source(), tile?.clip()];
    const silent = source && clip && !heard.has(clip.id) ? soundWords(hostOf(), clip, places.get(clip.id)?.place.path ?? "") : null;
    note.textContent = silent?.words ?? source?.note ?? "";
    offer.hidden = !silent;
    offer.textContent = silent?.offer ?? "";
    remarks.hidden = !note.textContent;
  };
  /** Have a copy made whose sound this host plays, and play that. */
  const sound = async () => {
    const tile = film.tiles().find((one) => one.clip()?.id === view().chosen);
    const take = tile?.clip()?.id;
    if (!tile || !take) return;
    tell("A copy with its sound in MP3 is being made …");
    try {
      const file = await make(model, { take, export: "mp3" }, signal, (fraction) => tell(`Fetching it, ${Math.round(fraction * 100)} %`));
      heard.add(take);
      const { playing } = deck.state();
      await tile.play(file.blob);
      if (playing) await deck.play();
      tell("");
    } catch (error) {
      if (!signal.aborted) tell(error instanceof Error ? error.message : String(error), "bad");
    }
  };
  const changed = () => {
    const tiles = film.tiles();
    const ready = tiles.filter((tile) => tile.source());
    card.dataset.route = tiles[0]?.source()?.route ?? "";
    deck.load(ready.map((tile) => {
      const clip = tile.clip();
      return { video: tile.video, sound: clip?.sound === true, times: places.get(clip?.id ?? "")?.frames ?? null };
    }));
    deck.listen(tiles.find((tile) => tile.clip()?.id === view().chosen)?.video ?? null);
    if (resumes && ready.length && ready.length === tiles.filter((tile) => tile.clip()?.file).length) {
      resumes = false;
      void deck.play().catch(() => {}); // then the person starts them
    }
    remark();
    taking.show();
  };
  const paint = () => {
    const state = deck.state();
    const ready = film.tiles().filter((tile) => tile.source());
    const ends = ready.map(({ video }) => video.duration || 0);
    const data = ready.map(({ video }) => (video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0));
    ready.forEach((tile, i) => {
      const stop = ends[i] ?? 0;
      tile.end(stop && stop < state.length - 0.02 && state.time >= stop - 0.02 ? `ended at ${clockTime(stop)}` : "");
    });
    const whole = ready.map((_, i) => ((data[i] ?? 0) >= (ends[i] ?? 0) - 0.05 ? state.length : data[i] ?? 0));
    controls.show(whole.length ? Math.min(...whole) : 0, ends.filter((stop) => stop && stop < state.length - 0.02));
    card.classList.toggle("kw-held", state.playing && state.held);
    const watched = focus(view());
    controls.picture(ready.map((tile, i) => ({ take: tile.clip()?.id ?? "", length: ends[i] ?? 0 }))
      .filter(({ take, length }) => watched.includes(take) && strips.get(take) && length)
      .map(({ take, length }) => ({ url: strips.get(take) ?? "", length })));
    taking.show();
    playback();
  };

  const film = newFilm(model, where, { choose, changed: () => changed(), blend }, signal);
  const deck = newDeck(signal, () => paint());
  const playback = linkPlayback(model, deck, linked, signal, (words) => tell(words, "bad"));
  const story = newStory(model, signal, tell);
  const comparing = newComparing({ arrange, blend, pick: (side, take) => {
    if (view().arrangement === "one") return choose(take);
    pair[side] = take;
    showAll();
  } });
  const taking = newTaking(model, signal, () => {
    const now = view();
    const tile = film.tiles().find((one) => one.clip()?.id === now.chosen);
    const [source, clip] = [tile?.source(), tile?.clip()];
    if (!tile || !source || !clip) return null;
    return { clip, video: tile.video, url: source.url, state: deck.state(), takes: now.shown.filter(({ file }) => file).map(({ id }) => id) };
  }, tell);
  const help = keysHelp(signal);
  const controls = newControls(deck, card, tell, [help.el, taking.el], signal);
  card.append(create("div", { class: "kw-film-frame" }, labels?.around(film.el) ?? film.el, gone, spoken), controls.track, controls.el, remarks, comparing.el, story.el, ...(labels?.inside ? [labels.inside] : []));
  el.append(hidden, rows, refused, card, ...(labels?.after ? [labels.after] : []));
  film.blend(share);

  /** A strip that had to be made first is there now. @param {any} content */
  const hear = (content) => {
    if (content?.picture !== "strip") return;
    strips.delete(content.take);
    showAll();
  };
  model.on("msg:custom", hear);
  signal.addEventListener("abort", () => model.off("msg:custom", hear));
  /** @type {import("../queue/take_row.js").Act} */
  const act = (row, action, fields) => sendCommand(model, action, { take: row.id, ...fields }, { signal }).then(
    () => { refused.textContent = ""; },
    (error) => { if (!signal.aborted) refused.textContent = error.message; });
  /** @type {Record<string, () => void>} */
  const keys = {
    v: () => {
      const offered = offeredFor(takes().length, labels ? true : undefined);
      const at = offered.findIndex(({ key }) => key === view().arrangement);
      if (takes().length > 1) arrange(offered[(at + 1) % offered.length]?.key ?? "one");
    },
    "[": () => blend(share - 0.05),
    "]": () => blend(share + 0.05),
    "?": () => { help.el.open = !help.el.open; },
  };
  card.addEventListener("keydown", (event) => {
    const on = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || on.closest("input, textarea, select")) return;
    if ((event.key === " " || event.key === "Enter") && on.closest("button, a, summary")) return; // a button's own key
    const clip = /^[1-9]$/.test(event.key) ? view().shown[Number(event.key) - 1] : undefined;
    if (clip) choose(clip.id);
    else if (keys[event.key]) keys[event.key]?.();
    else if (!controls.press(event.key)) return;
    event.preventDefault();
  }, { signal });
  film.el.addEventListener("click", (event) => { if (event.target instanceof HTMLVideoElement) controls.toggle(); }, { signal });
  film.el.addEventListener("dblclick", (event) => { if (event.target instanceof HTMLVideoElement) controls.fill(); }, { signal });

  const showAll = () => {
    /** @type {Clip[]} */
    const clips = model.get("clips");
    if (model.get("selected") !== selected) {
      selected = model.get("selected");
      if (clips.some(({ id }) => id === selected)) chosen = selected;
    }
    const now = view();
    const waits = !now.shown.some(({ file }) => file);
    const compact = model.get("compact") && clips.length > 0 && waits;
    const plays = film.tiles().some((tile) => tile.source());
    gone.hidden = !left || hostOf() === "page" || !!el.closest(".kw-studio"); // a panel says it for all of its parts
    put(gone, plays ? `${GONE} What is here plays on. Run this cell again to rate, tag or make anything of it.` : `${GONE} Run this cell again to go on.`);
    const [first, second] = now.shown.filter(({ id }) => !isPlace(id));
    el.classList.toggle("kw-compact", model.get("compact"));
    rows.hidden = !compact;
    card.hidden = compact;
    const lines = now.shown.flatMap((clip) => (clip.row ? [left ? unheard(clip.row) : clip.row] : []));
    showRows(rows, compact ? lines : [], act);
    card.dataset.state = now.shown.length ? (waits ? "waits" : "plays") : "empty";
    // Other clips begin at their beginning; the same ones, shown in another way, stay where they are.
    const fresh = now.shown.map(({ id, file }) => `${id} ${file}`);
    if (before && !fresh.some((one) => before.includes(one))) {
      resumes = Boolean(labels?.goesOn) && (resumes || deck.state().playing);
      deck.pause();
      deck.range(null, null);
      deck.seek(0);
      tell("");
    }
    if (acted !== now.chosen || fresh.join("\n") !== before) { // what is open was about another take
      taking.close();
      help.close();
    }
    [before, acted] = [fresh.join("\n"), now.chosen];
    film.show(now.shown, now.arrangement, model.get("invitation"), (take) => !shownFirst.has(take), labels?.across());
    const letters = now.shown.map((clip, i) => labels?.of(i) || (LETTERS[clips.indexOf(clip)] ?? ""));
    film.tiles().forEach((tile, i) => {
      const clip = now.shown[i];
      const own = clip?.id === now.chosen;
      tile.el.classList.toggle("kw-chosen", own && now.shown.length > 1);
      const letter = letters[i] ?? "";
      tile.name(now.shown.length > 1 ? letter + (own && clip?.sound ? " · sound" : "") : "", own ? `${letter} is chosen` : `Choose ${letter}: it is heard, rated and saved`);
    });
    comparing.show(takes(), now, share, labels ? true : undefined);
    card.dataset.arrangement = now.arrangement;
    card.style.setProperty("--kw-lines", String(now.shown.filter(({ id, file }) => file && focus(now).includes(id)).length || 1));
    // In a grid the one that is chosen is held against the first.
    const other = now.arrangement === "grid" && now.chosen !== first?.id ? now.shown.find(({ id }) => id === now.chosen) : second;
    const compared = first && other && (now.arrangement !== "grid" || now.chosen !== first.id) ? `${first.id} ${other.id}` : "";
    const places = now.shown.map((clip, i) => ({ clip, letter: letters[i] ?? "" })).filter(({ clip }) => focus(now).includes(clip.id));
    story.show(now.shown.find(({ id }) => id === now.chosen) ?? null, places, differences.get(compared) ?? null);
    if (compared && first && other && !labels?.blind && !differences.has(compared)) {
      sendCommand(model, "differ", { take: first.id, other: other.id }, { signal }).then(({ answer }) => {
        differences.set(compared, answer.differences);
        showAll();
      }, () => {}); // then the words of the one that is chosen stand there
    }
    for (const clip of now.shown) {
      if (!focus(now).includes(clip.id) || !clip.file || strips.has(clip.id)) continue;
      strips.set(clip.id, "");
      strip(model, clip.id, signal).then((url) => { strips.set(clip.id, url); paint(); }, () => {});
    }
    changed();
    paint();
  };
  watchTraits(model, ["clips", "invitation", "compact", "arrangement", "actions", "selected"], signal, showAll);
  refreshWhenSilent(model, ["clips"], signal, () => model.get("clips").some((/** @type {Clip} */ clip) => clip.row));
  const freeze = newFreezer(el, signal);
  watchKernel(model, signal, (is) => {
    left = is;
    freeze(is);
    showAll();
  }, el);
}

/** A take's line where nobody tells any more how it goes. @param {import("../queue/take_row.js").Row} row @returns {import("../queue/take_row.js").Row} */
function unheard(row) {
  const open = ["wait", "run", "ask"].includes(row.tone);
  return { ...row, actions: [], choices: [], asks: false, words: open ? `${GONE} The take goes on at the service: run this cell again to see how.` : row.words };
}

/** The takes that words and strips are of: those shown; in a grid the first and the one that is chosen. @param {import("./arrangements.js").View} view */
function focus({ arrangement, shown, chosen }) {
  return arrangement === "grid" ? [shown.find(({ id }) => !isPlace(id))?.id ?? "", chosen] : shown.map(({ id }) => id);
}

/** @param {string} name the class of the still that belongs to a view @returns {string} */
function hideStill(name) {
  const still = `.${CSS.escape(name)}`;
  return `${still}, .jp-OutputArea-child:has(${still}) { display: none; }`;
}
