/* Videos and sound of a lesson: goes on where one was, and tells the server which stretches were played.
   It counts nothing itself: what is longer than time allows, the server refuses.

   A report goes out every quarter of a minute while something plays, when it stops, and when the page is
   left. One that does not arrive is sent again with the next. */

import { Api } from "../exam_room/api.js";

const REPORT_MS = 15_000;
const MOST_STRETCHES = 40;
const MOST_RATE = 2; // what the server allows
const NEAR_S = 3; // so near the beginning or the end there is nothing to go on with

const holder = document.getElementById("lesson-config");
const config = holder ? JSON.parse(holder.textContent) : null;
const api = config ? new Api(config.csrf, { observe() {} }) : null;

class Recording {
  #stretches = [];
  #from = null;
  #last = 0;
  #lastSaid = 0;
  #timer = 0;
  #isBusy = false;
  #isOver = false;

  constructor(player) {
    this.player = player;
    this.known = config.watched[player.dataset.file];
    this.words = player.closest("figure").querySelector("[data-watched]");
    this.show(this.known.percent);
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
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
    });
  }

  resume() {
    const at = this.known.position_ms / 1000;
    if (at > NEAR_S && at < this.player.duration - NEAR_S) this.player.currentTime = at;
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
    if (this.#from !== null && this.#last > this.#from) {
      this.#stretches.push([Math.round(this.#from * 1000), Math.round(this.#last * 1000)]);
    }
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
      this.cut(this.player.paused ? null : this.#last);
      void this.send();
      if (!this.player.paused) this.later();
    }, REPORT_MS);
  }

  async send({ keepalive = false } = {}) {
    if (this.#isOver || this.#isBusy) return;
    this.#isBusy = true;
    const played = this.#stretches.splice(0, MOST_STRETCHES);
    const report = {
      file: this.player.dataset.file,
      played,
      position_ms: this.player.ended ? 0 : Math.round(this.player.currentTime * 1000),
    };
    const reply = await api.post(config.watched_url, report, { keepalive });
    this.#isBusy = false;
    if (reply.status === 200) this.show(reply.body.percent);
    else if ([0, 409, 429].includes(reply.status) || reply.status >= 500) this.#stretches.unshift(...played);
    else this.#isOver = true; // the page says so where it keeps the reading position
  }

  show(percent) {
    if (!this.words || percent === this.#lastSaid) return;
    this.#lastSaid = percent;
    this.words.textContent = config.words.watched.replace("{n}", percent);
  }
}

if (config) {
  for (const player of document.querySelectorAll(".qa-lessontext [data-file]")) {
    if (config.watched[player.dataset.file]) new Recording(player);
  }
}
