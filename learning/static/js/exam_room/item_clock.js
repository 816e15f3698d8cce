/* The seconds of one item, where items have some: counts down by the server's clock while it is open, speaks
   at ten and at five, and calls over() from zero on until the item is closed. The server closes it all the
   same: what is sent later is kept aside. */

import { say } from "./words.js";

const TICK_MS = 200;
const STEPS = [10, 5];

export class ItemClock {
  #endsMs = null;
  #before = null;

  constructor(session, over) {
    Object.assign(this, { session, over });
    this.place = document.getElementById("item-clock");
    this.figure = this.place.querySelector("b");
    this.bar = document.getElementById("item-bar");
    session.addEventListener("standing", ({ detail }) => {
      if (detail.before.pausedMs !== null && detail.now.pausedMs === null) void session.sync(); // the end has moved
    });
    session.addEventListener("item", ({ detail }) => { if (this.#endsMs !== null && detail.endsMs) this.#endsMs = detail.endsMs; });
    this.#tick();
  }

  /** endsMs: when the open item's time ends, by the server's clock. */
  start(endsMs) {
    [this.#endsMs, this.#before] = [endsMs ?? null, null];
    this.#paint();
  }

  stop() {
    this.start(null);
  }

  #tick() {
    if (this.session.finished) this.stop();
    else setTimeout(() => this.#tick(), TICK_MS);
    this.#paint();
  }

  #left() {
    const { clock, pausedMs, deadline } = this.session;
    return Math.min(this.#endsMs, deadline ?? Infinity) - Math.min(clock.now(), pausedMs ?? Infinity);
  }

  #paint() {
    this.place.hidden = this.bar.hidden = this.#endsMs === null;
    if (this.#endsMs === null) return;
    const left = Math.max(0, this.#left());
    const seconds = Math.ceil(left / 1000);
    if (this.figure.textContent !== String(seconds)) this.figure.textContent = String(seconds);
    this.place.dataset.level = this.bar.dataset.level = seconds <= 5 ? "critical" : seconds <= 10 ? "low" : "normal";
    this.bar.value = left / 1000;
    const crossed = this.#before === null ? null : STEPS.find((n) => this.#before > n && seconds <= n);
    if (crossed) document.getElementById("announce").textContent = say("item_seconds_left", { n: crossed });
    this.#before = seconds;
    if (left <= 0 && this.session.pausedMs === null && !this.session.moved) this.over();
  }
}

export const startItemClock = (session, over) => (session.state.item_s ? new ItemClock(session, over) : null);
