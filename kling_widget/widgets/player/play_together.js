// How several clips begin together.
// @ts-check

const FLOWS = 0.02; // seconds that a clip has gone when its sound flows: the clock may twitch before
const FLOW_MOST = 500; // ms that others wait for the sound of one to flow

/**
 * Set several clips in motion. One that is heard takes its time, a tenth of a second and more, until its sound flows; the
 * others start at once, and so wait for it: they would be frames ahead.
 * @param {HTMLVideoElement[]} videos at rest; the first of them leads
 * @param {() => boolean} late whether nobody wants it any more
 */
export async function setOff(videos, late) {
  const [first, ...others] = videos;
  if (!first) return;
  const from = first.currentTime;
  await first.play();
  const end = performance.now() + FLOW_MOST;
  while (others.length && !first.muted && !late() && first.currentTime < from + FLOWS && performance.now() < end) await new Promise((resolve) => { setTimeout(resolve, 1); });
  if (!late()) await Promise.allSettled(others.map((video) => video.play())); // one that fails says so itself
}
