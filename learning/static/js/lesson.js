/* The lesson page: marks the chapter being read in the contents and reports how far the reader got.

   Reports are rare: some seconds after the last movement, and when the page is left. A report that
   does not arrive is sent again with the next one; nothing is lost but a place in a text. */

import { Api } from "./exam_room/api.js";
import { makeTabs } from "./lesson/tabs.js";

const QUIET_MS = 2500;
const AGAIN_MS = 20_000;
const LOOK_MS = 120_000; // a page that is read without being moved asks so often for a new version
const BAR_PX = 96;

const text = document.querySelector("[data-lesson-text]");
const end = document.getElementById("lesson-end");
const headings = [...document.querySelectorAll(".qa-lessontext :is(h2, h3)[id]")];
const holder = document.getElementById("lesson-config");
const config = holder ? JSON.parse(holder.textContent) : null;

/** The share of the lesson above the lower edge of the window, 0–100; 100 only at its very end. */
function percentNow() {
  const top = text.getBoundingClientRect().top;
  const bottom = end.getBoundingClientRect().top;
  if (bottom <= window.innerHeight + 1) return 100;
  return Math.max(0, Math.min(99, Math.floor((100 * (window.innerHeight - top)) / (bottom - top))));
}

/** The heading that the reader passed last. */
function anchorNow() {
  const passed = headings.filter((heading) => heading.getBoundingClientRect().top <= BAR_PX);
  return passed.at(-1)?.id ?? "";
}

function markContents() {
  const here = anchorNow().split("-")[0];
  for (const link of document.querySelectorAll("[data-toc] a")) {
    if (here && link.hash === `#${here}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** Let the keyboard scroll a formula that is wider than its column, and only such a one. */
function reachWide() {
  for (const formula of document.querySelectorAll(".qa-lessontext div.arithmatex")) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }
}

class Reporter {
  constructor() {
    this.api = new Api(config.csrf, { observe() {} });
    this.reached = config.percent;
    this.sent = null;
    this.timer = 0;
    this.isOver = false;
    this.isBusy = false;
  }

  moved() {
    this.reached = Math.max(this.reached, percentNow());
    this.show();
    this.later(QUIET_MS);
  }

  later(ms) {
    clearTimeout(this.timer);
    if (!this.isOver) this.timer = setTimeout(() => void this.send(), ms);
  }

  async send({ keepalive = false } = {}) {
    const report = { percent: this.reached, anchor: anchorNow(), version: config.version };
    const key = JSON.stringify(report);
    if (this.isOver || key === this.sent) return;
    // A slow network: what was read meanwhile is said after the answer, or at once by a page that goes.
    if (this.isBusy && !keepalive) return void this.later(QUIET_MS);
    this.isBusy = true;
    const reply = await this.api.post(config.url, report, { keepalive });
    this.isBusy = false;
    if (reply.status === 200) {
      this.sent = key;
      Object.assign(config, reply.body);
      this.problem("");
      this.show();
      this.tell(config.revised);
    } else if (reply.status === 0 || reply.status === 429 || reply.status >= 500) {
      this.problem(config.words.offline);
      this.later(Math.max(AGAIN_MS, reply.retryAfterMs));
    } else {
      this.isOver = true;
      if (reply.status === 404) this.tell("gone");
      else this.problem(config.words.login);
    }
  }

  /** Asks whether the lesson was revised; what is not heard is asked again later. */
  async look() {
    if (this.isOver) return;
    try {
      const reply = await fetch(`${config.revision_url}?version=${config.version}`, {
        credentials: "same-origin", headers: { Accept: "application/json" },
      });
      if (reply.status === 404) this.tell("gone");
      else if (reply.ok && !reply.redirected) this.tell((await reply.json()).revised);
    } catch {
      // no network: the next report says so
    }
  }

  /** Says that the lesson was revised or taken out meanwhile; the text on the page stays. */
  tell(what) {
    const place = document.querySelector("[data-revised]");
    if (!place || !what || place.dataset.revised === what) return;
    place.dataset.revised = what;
    place.querySelector("p").textContent = config.words[`revised_${what}`];
    place.querySelector("a").hidden = what === "gone";
    place.hidden = false;
  }

  show() {
    const isRead = this.reached >= 100;
    const words = isRead ? config.words.read : config.words.percent.replace("{n}", this.reached);
    set("read", words, isRead ? "pass" : "live");
    set("toc", words);
    if (config.check_done) set("check", config.words.check_done, "pass");
    if (!config.completed) return;
    set("completed", config.words.completed);
    const mark = document.querySelector("[data-lesson-mark]");
    if (mark) mark.dataset.s = "pass";
  }

  problem(words) {
    const place = document.querySelector("[data-state=problem]");
    if (!place) return;
    place.textContent = words;
    place.hidden = !words;
  }
}

function set(name, words, mark) {
  const place = document.querySelector(`[data-state=${name}]`);
  if (!place) return;
  const shown = place.querySelector("span") ?? place;
  if (shown.textContent !== words) shown.textContent = words;
  if (mark) place.dataset.s = mark;
}

/** Left and right go to the lessons beside this one, unless somebody is typing or scrolls sideways. */
function turnPages(event) {
  const isPlain = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const busy = "input, textarea, select, [contenteditable], [tabindex], audio, video, dialog";
  if (!rel || !isPlain || event.target.closest?.(busy)) return;
  document.querySelector(`.qa-pn a[rel=${rel}]`)?.click();
}

addEventListener("keydown", turnPages);
if (text) makeTabs(text);
reachWide();
addEventListener("resize", reachWide, { passive: true });

if (text && end) {
  const reporter = config ? new Reporter() : null;
  let isWaiting = false;
  const onMove = () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      markContents();
      reporter?.moved();
    });
  };
  addEventListener("scroll", onMove, { passive: true });
  addEventListener("resize", onMove, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void reporter?.send({ keepalive: true });
  });
  setInterval(() => {
    if (document.visibilityState === "visible") void reporter?.look();
  }, LOOK_MS);
  onMove();
  // Back from the self-check nothing is left to do but to say so.
  const isDone = config?.percent >= 100 && config.check_done !== false && !config.unwatched;
  if (isDone && !config.completed) void reporter.send();
  document.addEventListener("lesson:watched", () => {
    if (config.completed) return;
    reporter.sent = null; // what is said is the same, what it completes is not
    void reporter.send();
  });
}
