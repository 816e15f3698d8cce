/* Videos and sound of a lesson: goes on where one was, and tells the server which stretches were played.
   It counts nothing itself: what is longer than time allows, the server refuses.

   A report goes out every quarter of a minute while something plays, when it stops, and when the page is
   left. What was played stays on this device until the server answers that it has it: a network that is
   gone for an hour, a page that is closed meanwhile lose nothing. */

import { Api } from "../exam_room/api.js";
import { Kept } from "./stretches.js";
import { addTranscript } from "./transcript.js";

const REPORT_MS = 15_000;
const MOST_STRETCHES = 100; // what the server takes at once
const MOST_RATE = 2; // what the server allows
const NEAR_S = 3; // so near the beginning or the end there is nothing to go on with

const holder = document.getElementById("lesson-config");
const config = holder ? JSON.parse(holder.textContent) : null;
const api = config ? new Api(config.csrf, { observe() {} }) : null;

class Recording {
  #from = null;
  #last = 0;
  #percent = 0;
  #isResumed = false;
  #timer = 0;
  #isBusy = false;
  #isOver = false;

  constructor(player) {
    this.player = player;
    this.known = config.watched[player.dataset.file];
    this.kept = new Kept(`watched:${config.reader}:${config.watched_url}:${player.dataset.file}`);
    this.known.position_ms = this.kept.place() ?? this.known.position_ms;
    if (this.known.need) addTranscript(player, this, config.words);
    this.words = player.closest("figure").querySelector("[data-watched]");
    if (this.known.percent) this.show(this.known.percent);
    if (player.readyState > 0) this.resume();
    else player.addEventListener("loadedmetadata", () => this.resume(), { once: true });
    player.addEventListener("playing", () => this.playing());
    player.addEventListener("timeupdate", () => this.moved());
    player.addEventListener("seeking", () => this.cut());
    player.addEventListener("ratechange", () => {
      if (player.playbackRate > MOST_RATE) player.playbackRate = MOST_RATE;
    });
    for (const name of ["pause", "ended"]) player.addEventListener(name, () => this.stopped());
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => {
      if (this.kept.all().length) void this.send();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
    });
    if (this.kept.all().length) void this.send(); // of an earlier visit that could not report
  }

  resume() {
    const at = this.known.position_ms / 1000;
    if (at > NEAR_S && at < this.player.duration - NEAR_S) this.player.currentTime = at;
    this.#isResumed = true;
  }

  /** Where to go on another time, in milliseconds. */
  place() {
    if (!this.#isResumed) return this.known.position_ms;
    return this.player.ended ? 0 : Math.round(this.player.currentTime * 1000);
  }

  playing() {
    const isFirst = this.#from === null && !this.#timer;
    this.#from ??= this.player.currentTime;
    this.#last = this.player.currentTime;
    if (isFirst) void this.send(); // from now on the server pays
    this.later();
  }

  moved() {
    const now = this.player.currentTime;
    if (this.#from === null || this.player.paused || this.player.seeking) return;
    if (now < this.#last || now - this.#last > 2 * MOST_RATE) this.cut(now);
    this.#last = now;
  }

  /** Ends the stretch being played; another begins at `next`, if there is one. */
  cut(next = null) {
    const [from, to] = [this.#from, this.#last].map((at) => Math.round(at * 1000));
    if (this.#from !== null && to > from) this.kept.add([[from, to]], this.place());
    this.#from = next;
  }

  stopped() {
    this.#last = Math.max(this.#last, this.player.ended ? this.player.duration : this.#last);
    this.cut();
    clearTimeout(this.#timer);
    this.#timer = 0;
    void this.send();
  }

  leave() {
    if (this.#from === null) return;
    this.cut(this.player.paused ? null : this.#last);
    void this.send({ keepalive: true });
  }

  later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.cut(this.player.paused ? null : this.#last);
      void this.send();
      if (!this.player.paused) this.later();
    }, REPORT_MS);
  }

  /** The words were read instead: the server takes it as time goes by, as it does what is played. */
  wasRead() {
    this.kept.add([[0, this.known.duration_ms]], this.place());
    void this.send();
  }

  async send({ keepalive = false } = {}) {
    if (this.#isOver || this.#isBusy) return;
    this.#isBusy = true;
    const played = this.kept.all().slice(0, MOST_STRETCHES);
    const report = { file: this.player.dataset.file, played, position_ms: this.place() };
    const reply = await api.post(config.watched_url, report, { keepalive });
    this.#isBusy = false;
    if (reply.status === 200) {
      this.kept.drop(played);
      this.kept.add(reply.body.left, report.position_ms);
      this.show(reply.body.percent);
    } else if ([0, 429].includes(reply.status) || reply.status >= 500) {
      this.show(this.#percent, "watched_kept");
    } else if (reply.status !== 409) { // another page's report came between: once more, later
      this.#isOver = true; // the page says so where it keeps the reading position
      // Not open just now: a course taken off may come back, and nobody watches twice for that.
      if (reply.status === 404 && played.length) this.show(this.#percent, "watched_closed");
      return;
    }
    if (!this.#timer && this.kept.all().length) this.later();
  }

  show(percent, name = "watched") {
    this.#percent = percent;
    this.known.percent = percent;
    showUnwatched();
    const words = config.words[name].replace("{n}", percent);
    if (this.words && this.words.textContent !== words) this.words.textContent = words;
  }
}

/** Says of how many recordings more is to be watched; tells the page once that of none. */
function showUnwatched() {
  const place = document.querySelector("[data-state=watch]");
  if (!place) return;
  const left = Object.values(config.watched).filter((one) => one.percent < one.need).length;
  place.dataset.s = left ? "none" : "pass";
  const words = left ? config.words.unwatched.replace("{n}", left) : config.words.all_watched;
  const shown = place.querySelector("span");
  if (shown.textContent !== words) shown.textContent = words;
  if (config.unwatched && !left) document.dispatchEvent(new Event("lesson:watched"));
  config.unwatched = left;
}

if (config) {
  for (const player of document.querySelectorAll(".qa-lessontext [data-file]")) {
    if (config.watched[player.dataset.file]) new Recording(player);
  }
}
