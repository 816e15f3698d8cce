/* Shows the time that is left, from the server's clock alone. Speaks at ten, five and one minute and
   otherwise stays silent; calls over() once when the deadline has passed. */

import { fromCache } from "./offline.js";
import { say, sayDuration } from "./words.js";

const MINUTE = 60_000;
const STEPS = [10, 5, 1];
const TICK_MS = 250;

export function startTimer(session, over) {
  const clock = document.getElementById("clock");
  const figure = clock.querySelector("b");
  const label = clock.querySelector("[data-clock-label]");
  const plainLabel = label.textContent;
  const banner = document.getElementById("conn-time");
  let before = null;

  function tick() {
    if (session.finished) {
      clock.hidden = banner.hidden = true;
      return;
    }
    setTimeout(tick, TICK_MS);
    const left = session.timeLeft();
    if (left === null) return;
    clock.hidden = false;
    const text = sayDuration(left);
    if (figure.textContent !== text) figure.textContent = text;
    label.textContent = session.clock.known ? plainLabel : say("clock_at_most");
    clock.dataset.level = left <= MINUTE ? "critical" : left <= 10 * MINUTE ? "low" : "normal";
    warn(left);
    if (left <= 0 && !session.moved && session.pausedMs === null) over();
    before = left;
  }

  function warn(left) {
    const crossed = before === null ? null : STEPS.findLast((n) => before > n * MINUTE && left <= n * MINUTE);
    if (crossed) document.getElementById("announce").textContent = say(`announce_${crossed}`);
    banner.hidden = left > MINUTE || session.moved;
    if (!banner.hidden && !banner.firstElementChild.textContent) banner.firstElementChild.textContent = say("last_minute");
  }

  if (fromCache) session.notice(say("offline_start"), "warn");
  tick();
}
