/* What supervision does to the page: covers a paused paper, says that time was added, warns who leaves
   too often where the rules say so. */

import { sayDuration, say } from "./words.js";

const TICK_MS = 500;

/** note(kind) records that a warning was seen. */
export function startSupervision(session, { note }) {
  const cover = document.getElementById("paused");
  const left = cover.querySelector("[data-paused-left]");
  const told = cover.querySelector("[data-told]");
  let shown = 0;
  const warning = document.getElementById("warned");
  const { warn_at: warnAt = 0, end_at: endAt = 0 } = session.config.integrity ?? {};

  cover.addEventListener("cancel", (event) => event.preventDefault());
  setInterval(() => { if (!cover.open && session.pausedMs !== null) paint(); }, TICK_MS);

  function paint() {
    const isPaused = session.pausedMs !== null && !session.finished;
    document.documentElement.toggleAttribute("data-paused", isPaused);
    const time = session.timeLeft();
    left.textContent = time === null ? "" : say("paused_left", { time: sayDuration(time) });
    if (isPaused && !cover.open) cover.showModal();
    if (!isPaused && cover.open) cover.close();
  }

  session.addEventListener("standing", ({ detail }) => {
    const { before, now } = detail;
    paint();
    if (before.pausedMs !== null && now.pausedMs === null && !session.finished) announce(say("resumed"));
    else if (before.deadline !== null && now.deadline > before.deadline + 1000 && now.pausedMs === null) {
      announce(say("extended", { n: Math.round((now.deadline - before.deadline) / 60_000) || 1 }));
    }
  });
  session.addEventListener("finished", paint);
  session.addEventListener("left", () => { if (warnAt && session.departures >= warnAt) warn(session.departures); });

  // After a reload the last message is shown again; while the page stands, each one once.
  session.addEventListener("messages", ({ detail: { messages } }) => {
    const news = shown === 0 ? messages.slice(-1) : messages.filter(({ id }) => id > shown);
    for (const { id, text } of news) {
      shown = id;
      announce(say("told", { text }));
      told.textContent = say("told", { text });
    }
  });

  function announce(text) {
    session.notice(text, "warn");
    document.getElementById("announce").textContent = text;
  }

  function warn(n) {
    const words = [say("left_n", { n })];
    if (endAt) words.push(say("left_more", { n: endAt }));
    warning.querySelector("[data-warned]").textContent = words.join("");
    note("warned");
    if (!warning.open && !session.finished) warning.showModal();
  }

  paint();
}
