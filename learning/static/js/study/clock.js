/* The clock of study hours on a lesson page. It counts nothing itself: it tells the server each minute
   that the page is in front and how long ago the reader last did something; the server counts.

   A page that is hidden or lies behind another says so and is silent. Without a sign of the reader
   for as long as the rules allow, it asks; no answer, no time. */

import { Api } from "../exam_room/api.js";

const BEAT_MS = 60_000;
const PLAYING_MS = 15 * BEAT_MS; // so long a recording that plays stands for its watcher
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"];

const config = JSON.parse(document.getElementById("study-config").textContent);
const line = document.getElementById("study-clock");
const question = document.getElementById("study-idle");
const elsewhere = document.getElementById("study-elsewhere");
const api = new Api(config.csrf, { observe() {} });

let lastSign = performance.now();
let lastTouch = lastSign;
let idleLimit = 5 * BEAT_MS;
let timer = 0;
let isInFront = false;
let isOver = false;

/** The same for all pages of a tab, so that the next lesson takes the clock over by itself. */
function tab() {
  let name = null;
  try {
    name = sessionStorage.getItem("study-tab");
    if (!name) {
      name = crypto.randomUUID ? crypto.randomUUID() : `t${Date.now()}-${Math.floor(Math.random() * 1e9)}`;
      sessionStorage.setItem("study-tab", name);
    }
  } catch {
    name = "no-storage";
  }
  return name;
}

const TAB = tab();

function idleMs() {
  return Math.max(0, Math.round(performance.now() - lastSign));
}

async function tell(kind, { keepalive = false } = {}) {
  clearTimeout(timer);
  if (isOver) return;
  const report = { tab: TAB, kind, idle_ms: Math.min(idleMs(), 86_400_000) };
  const reply = await api.post(config.url, report, { keepalive });
  if (kind !== "leave" && isInFront) later();
  if (reply.status === 200) show(reply.body, kind);
  else if (reply.status === 0 || reply.status === 429 || reply.status >= 500) say(config.words.offline);
  else isOver = true; // logged out elsewhere: the page says so where it keeps the reading position
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(() => void tell("beat"), BEAT_MS);
}

function show(clock, kind) {
  idleLimit = clock.idle_limit_ms || idleLimit;
  const words = config.words;
  const key = clock.why || (clock.is_enough ? "enough" : "counting");
  if (kind === "leave" && clock.why === "left") say(words.left);
  else say(words[key].replace("{n}", clock.minutes).replace("{need}", clock.need));
  elsewhere.hidden = clock.why !== "elsewhere";
}

function say(text) {
  if (line.textContent !== text) line.textContent = text;
  line.hidden = false;
}

function sign() {
  if (question.open) return; // only the answer counts then
  lastSign = lastTouch = performance.now();
}

function front() {
  return document.visibilityState === "visible" && document.hasFocus();
}

function look() {
  const now = front();
  if (now === isInFront) return;
  isInFront = now;
  if (now) {
    sign();
    void tell("start");
  } else {
    void tell("leave", { keepalive: true });
  }
}

// Who watches a video does nothing else, so that one that plays is a sign; but it also plays to an empty
// chair, and over and over: it is none for longer than a while after the last sign of a hand.
addEventListener("timeupdate", ({ target }) => {
  const now = performance.now();
  if (!target.paused && !question.open && now - lastTouch < PLAYING_MS) lastSign = now;
}, { passive: true, capture: true });
for (const name of SIGNS) addEventListener(name, sign, { passive: true, capture: true });
for (const name of ["focus", "blur"]) addEventListener(name, () => setTimeout(look, 0));
document.addEventListener("visibilitychange", look);
addEventListener("pagehide", () => {
  if (isInFront) void tell("leave", { keepalive: true });
  isInFront = false;
});
addEventListener("pageshow", look);
document.querySelector("[data-study-take]").addEventListener("click", () => void tell("take"));
document.querySelector("[data-study-resume]").addEventListener("click", () => question.close());
question.addEventListener("close", () => {
  lastSign = lastTouch = performance.now();
  void tell("beat");
});
setInterval(() => {
  if (isInFront && !isOver && idleMs() > idleLimit && !question.open) {
    question.showModal();
    say(config.words.idle);
  }
}, 5000);
look();
