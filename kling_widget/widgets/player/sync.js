// The deck: one clock for several clips. They are played, sought and stepped as one, and held within a frame of each other.
// @ts-check
import { newFrames } from "./timecode.js";
import { setOff } from "./play_together.js";

/**
 * A clip on the deck.
 * @typedef {object} Member
 * @property {HTMLVideoElement} video
 * @property {boolean} sound whether it has any
 * @property {import("./timecode.js").FrameTimes | null} times
 */

/** The frame that was presented last: when, and which moment of the clip. @typedef {{ when: number, mediaTime: number }} Seen */

/**
 * @typedef {object} Deck
 * @property {(members: Member[]) => void} load puts these on; what stays goes on
 * @property {() => Promise<void>} play rejects where the browser does not let it
 * @property {() => void} pause
 * @property {(time: number) => void} seek in seconds; a shorter clip stays on its last frame
 * @property {(by: number) => void} step by so many frames of the clip that leads
 * @property {(rate: number) => void} speed
 * @property {(on: boolean) => void} repeat
 * @property {(on: boolean) => void} mute
 * @property {(video: HTMLVideoElement | null) => void} listen the one clip that is heard
 * @property {(from: number | null, to: number | null) => void} range plays only this part, in seconds; null: from the beginning, to the end
 * @property {() => State} state
 */

/**
 * @typedef {object} State
 * @property {boolean} ready whether there is anything to play
 * @property {boolean} playing
 * @property {boolean} held whether it waits for a clip that is not there yet
 * @property {number} time in seconds
 * @property {number} length of the longest clip, in seconds
 * @property {number} frame of the clip that leads
 * @property {import("./timecode.js").Frames | null} frames of the clip that leads
 * @property {number} rate
 * @property {boolean} loop
 * @property {boolean} muted
 * @property {boolean} audible whether the clip that is listened to has sound
 * @property {number | null} from
 * @property {number | null} to
 */

const NEAR = 0.003; // seconds apart that are left alone: less than any screen shows
const FAR = 0.2; // seconds apart that no change of speed mends soon: everyone waits, and goes on together
const PULL = 10;
const MOST = 0.9;
const LEARN = 0.03; // how much of what is seen apart is mended with each frame; a single frame may be a refresh late
const BIAS = 0.04; // seconds that a screen lags behind a clock at most
const STALE = 100; // ms after which a frame says nothing of where its clip is now
const TAIL = 0.15; // seconds before a clip's end where there is no more data to wait for
const PATIENCE = 15; // ms between two looks whether all are ready
const SOUNDS = "kw-screen-sounds"; // said in the page when a screen begins to be heard: others fall silent

/**
 * @param {AbortSignal} signal the view's
 * @param {() => void} changed called when the state has changed, while it plays once a frame
 * @returns {Deck}
 */
export function newDeck(signal, changed) {
  /** @type {(Member & { frames: import("./timecode.js").Frames, aim: number | null, bias: number, seen: Seen | null, gone: AbortController })[]} */
  let members = [];
  let [rate, loop, muted, playing, held, at] = [1, false, false, false, false, 0];
  /** @type {number | null} */
  let from = null;
  /** @type {number | null} */
  let to = null;
  /** @type {HTMLVideoElement | null} */
  let heard = null;
  let beat = 0;
  let turn = 0; // counts plays and pauses: what waited for an older one gives up

  /** @param {HTMLVideoElement} video */
  const end = (video) => (Number.isFinite(video.duration) ? video.duration : 0);
  const length = () => Math.max(0, ...members.map(({ video }) => end(video)));
  /** @param {typeof members[number]} member */
  const over = ({ video, aim: left }) => (left ?? video.currentTime) >= end(video) - NEAR;
  const lead = () => {
    const own = members.find(({ video }) => video === heard) ?? members[0];
    if (!own || !over(own)) return own;
    return members.reduce((most, one) => (end(one.video) > end(most.video) ? one : most), own);
  };

  /** One seek at a time for a clip: a hand that drags asks for more than can be shown. @param {typeof members[number]} member @param {number} time */
  const aim = (member, time) => {
    const { video } = member;
    member.aim = Math.min(Math.max(0, time), end(video));
    if (video.readyState < HTMLMediaElement.HAVE_METADATA || video.seeking) return;
    if (Math.abs(video.currentTime - member.aim) > 1e-6) video.currentTime = member.aim;
    member.aim = null;
  };
  const settled = () => members.every(({ video, aim: left }) => left === null && !video.seeking);
  const quiet = () => {
    const single = members.length === 1 && from === null && to === null;
    for (const { video, sound } of members) {
      video.muted = muted || !sound || video !== (heard ?? members[0]?.video);
      video.loop = loop && single; // the browser's own turn is seamless; for several it would part them
    }
  };
  /** @param {typeof members[number]} member */
  const ready = ({ video }) => video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA || end(video) - video.currentTime < TAIL;
  const stop = () => { for (const { video } of members) video.pause(); };

  /** @param {number} time */
  const seek = (time) => {
    at = Math.min(Math.max(0, time), length());
    for (const member of members) aim(member, at);
    if (playing) void start().catch(() => {});
    changed();
  };

  /** Start all on the same frame, once each of them can go on. */
  const start = async () => {
    const mine = ++turn;
    stop();
    held = true;
    for (const { video } of members) video.preload = "auto"; // what is only looked at loads no more than it must
    while (!(settled() && members.every((one) => over(one) || ready(one)))) {
      changed();
      await new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
      if (mine !== turn || signal.aborted) return;
    }
    quiet();
    const first = lead();
    const going = members.filter((one) => !over(one)).sort((one, other) => Number(other === first) - Number(one === first));
    for (const { video } of going) video.playbackRate = rate;
    if (going.some(({ video }) => !video.muted)) document.dispatchEvent(new CustomEvent(SOUNDS, { detail: api }));
    try {
      await setOff(going.map(({ video }) => video), () => mine !== turn || signal.aborted);
      if (mine !== turn || signal.aborted) return;
      held = false;
      follow();
    } catch (error) {
      // A clip that can't be played leaves the deck, and those that are left begin anew.
      if (mine !== turn || !(error instanceof DOMException && error.name === "NotAllowedError")) return;
      pause();
      throw error;
    }
  };

  const pause = () => {
    if (!playing) return;
    turn += 1;
    [playing, held] = [false, false];
    const first = lead();
    if (first) at = first.aim ?? first.video.currentTime;
    stop();
    for (const member of members) if (member !== first) aim(member, at); // all rest on the same frame
    changed();
  };

  /** Once a frame of the screen: who leads tells the time, the others are drawn to it. */
  const check = () => {
    const first = lead();
    if (!playing || held || !first) return;
    at = first.aim ?? first.video.currentTime;
    const last = to ?? length();
    if (!first.video.loop && (at >= last - NEAR || members.every(over))) return finish(last);
    for (const member of members) {
      const { video } = member;
      if (over(member) || video.seeking) continue;
      if (!ready(member)) return seek(at); // a clip whose data is late makes all wait: they go on together
      if (member === first) {
        if (video.playbackRate !== rate) video.playbackRate = rate;
      } else {
        const gap = video.currentTime - first.video.currentTime + member.bias;
        if (Math.abs(gap) > FAR * Math.max(1, rate)) return seek(at);
        const wanted = Math.abs(gap) < NEAR ? rate : rate * (1 - Math.min(MOST, Math.max(-MOST, gap * PULL / rate)));
        if (Math.abs(video.playbackRate - wanted) > 0.004 * rate || wanted === rate) video.playbackRate = wanted;
      }
    }
    changed();
  };
  /** @param {number} last */
  const finish = (last) => {
    if (loop) return seek(from ?? 0);
    pause();
    const first = lead();
    seek(to !== null && first ? first.frames.middle(first.frames.at(last) - 1) : last);
  };
  const follow = () => {
    cancelAnimationFrame(beat);
    if (!playing || signal.aborted) return;
    check();
    beat = requestAnimationFrame(follow);
  };
  /** @param {Event} event */
  const hush = (event) => {
    const sounds = members.some(({ video }) => !video.muted);
    if (playing && sounds && /** @type {CustomEvent} */ (event).detail !== api) pause();
  };
  document.addEventListener(SOUNDS, hush, { signal });
  signal.addEventListener("abort", () => {
    turn += 1;
    cancelAnimationFrame(beat);
    for (const member of members) member.gone.abort();
    stop();
  });

  /** @param {typeof members[number]} member */
  const attend = (member) => {
    const { video, gone } = member;
    const measure = () => {
      member.frames = newFrames(member.times, video.duration);
      aim(member, at);
      if (playing) void start().catch(() => {}); // it joins those that play
      changed();
    };
    const sought = () => {
      if (member.aim !== null) aim(member, member.aim);
      changed();
    };
    const options = { signal: gone.signal };
    /** What is on the screen counts, and lags behind the clock, for one clip more than for another. @type {VideoFrameRequestCallback} */
    const see = (_, { expectedDisplayTime: when, mediaTime }) => {
      if (gone.signal.aborted) return;
      member.seen = { when, mediaTime };
      const first = lead();
      if (playing && !held && first?.seen && first !== member && Math.abs(when - first.seen.when) < STALE) {
        const apart = mediaTime - first.seen.mediaTime - ((when - first.seen.when) / 1000) * rate;
        member.bias = Math.min(BIAS, Math.max(-BIAS, member.bias + LEARN * apart));
      }
      video.requestVideoFrameCallback(see);
    };
    video.requestVideoFrameCallback?.(see);
    video.addEventListener("loadedmetadata", measure, options);
    video.addEventListener("durationchange", measure, options);
    video.addEventListener("seeked", sought, options);
    // A page that is out of sight draws no frames, and its clips end all the same.
    for (const event of ["ended", "timeupdate"]) video.addEventListener(event, check, options);
    video.addEventListener("progress", () => { if (!playing) changed(); }, options);
    // A host, a key of the keyboard or a headset may stop one: it stops all.
    video.addEventListener("pause", () => { if (playing && !held && video.paused && !over(member)) pause(); }, options);
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) measure();
  };

  /** @type {Deck} */
  const api = {
    load(wanted) {
      const before = members;
      for (const old of before) {
        if (wanted.some(({ video }) => video === old.video)) continue;
        old.gone.abort();
        old.video.pause();
      }
      members = wanted.map((one) => {
        const measure = before.find(({ video, gone }) => video === one.video && !gone.signal.aborted);
        if (measure) return Object.assign(measure, one, { frames: newFrames(one.times, one.video.duration) });
        return { ...one, frames: newFrames(one.times, one.video.duration), aim: null, bias: 0, seen: null, gone: new AbortController() };
      });
      for (const member of members) if (!before.includes(member)) attend(member);
      if (!members.length) pause();
      quiet();
      // Who waits, waits for those that are there now; who came, joins.
      if (playing && (held || members.some((one) => !before.includes(one)))) void start().catch(() => {});
      changed();
    },
    async play() {
      if (!members.length || playing) return;
      const last = to ?? length();
      const first = lead();
      const spent = first ? at >= (to === null ? last - NEAR : first.frames.middle(first.frames.at(last) - 1) - NEAR) : false;
      playing = true;
      if (spent || (from !== null && at < from - NEAR)) {
        at = from ?? 0;
        for (const member of members) aim(member, at);
      }
      changed();
      await start();
    },
    pause,
    seek,
    step(by) {
      pause();
      const first = lead();
      if (first) seek(first.frames.middle(first.frames.at(at) + by));
    },
    speed(wanted) {
      rate = wanted;
      for (const { video } of members) video.playbackRate = wanted;
      changed();
    },
    repeat(on) {
      loop = on;
      quiet();
      changed();
    },
    mute(on) {
      muted = on;
      quiet();
      changed();
    },
    listen(video) {
      heard = video;
      quiet();
      changed();
    },
    range(first, last) {
      [from, to] = [first, last];
      quiet();
      changed();
    },
    state() {
      const first = lead();
      const sounding = members.find(({ video }) => video === heard) ?? members[0];
      return {
        ready: members.length > 0, playing, held, time: at, length: length(), frames: first?.frames ?? null,
        frame: first ? first.frames.at(at) : 0, rate, loop, muted, audible: sounding?.sound === true, from, to,
      };
    },
  };
  return api;
}
