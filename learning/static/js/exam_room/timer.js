/* Shows the time that is left, from the server's clock alone. Speaks at ten, five and one minute and
   otherwise stays silent; calls over() once when the deadline has passed. Where sections have limits,
   theirs is what is spoken of, and each but the last calls sections.onEnd(). */

import { fromCache } from "./offline.js";
import { say, sayDuration } from "./words.js";

const MINUTE = 60_000;
const STEPS = [10, 5, 1];
const TICK_MS = 250;

export function startTimer(session, over, sections = null) {
  const clock = document.getElementById("clock");
  const own = document.getElementById("section-clock"); // of the running section, where there are some
  const figure = clock.querySelector("b");
  const label = clock.querySelector("[data-clock-label]");
  const plainLabel = label.textContent;
  const banner = document.getElementById("conn-time");
  let before = null;

  function tick() {
    if (session.finished) {
      clock.hidden = banner.hidden = true;
      if (own) own.hidden = true;
      return;
    }
    setTimeout(tick, TICK_MS);
    const left = session.timeLeft();
    if (left === null) return;
    show(clock, figure, left);
    label.textContent = session.clock.known ? plainLabel : say("clock_at_most");
    const isRunning = !session.moved && session.pausedMs === null;
    if (left <= 0 && isRunning) over();
    const ofSection = sections ? session.sectionLeft() : left;
    warn(ofSection);
    before = ofSection;
    if (!sections) return;
    show(own, own.querySelector("b"), ofSection);
    sections.paint(ofSection, left);
    if (ofSection <= 0 && left > 0 && isRunning) void sections.onEnd();
  }

  function show(place, number, left) {
    place.hidden = false;
    const text = sayDuration(left);
    if (number.textContent !== text) number.textContent = text;
    place.dataset.level = left <= MINUTE ? "critical" : left <= 10 * MINUTE ? "low" : "normal";
  }

  function warn(left) {
    const isPart = sections && !sections.isLast;
    const crossed = before === null ? null : STEPS.findLast((n) => before > n * MINUTE && left <= n * MINUTE);
    if (crossed) document.getElementById("announce").textContent = say(`${sections ? "section_" : ""}announce_${crossed}`);
    banner.hidden = left > MINUTE || session.moved;
    if (!banner.hidden && !banner.firstElementChild.textContent) banner.firstElementChild.textContent = say(isPart ? "section_last_minute" : "last_minute");
  }

  if (fromCache) session.notice(say("offline_start"), "warn");
  tick();
}
