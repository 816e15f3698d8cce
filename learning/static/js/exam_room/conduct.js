/* Tells the server what happens around the paper: leaving and returning, copying, printing, the network,
   a second tab. A phone call is a leave like any other: what is told is a hint for people, never proof.
   Reports wait for answers to be saved first, are sent seldom, and are dropped rather than kept for long. */

import { jitter } from "./backoff.js";

const SEND_EVERY_MS = 15_000;
const HURRY_MS = 800;
const SLOWEST_MS = 120_000;
const MOST_WAITING = 200;
const MOST_SENT = 40;
const AWAY_MS = 3000; // as the server counts
const IDLE_MS = 300_000;
const SETTLE_MS = 300; // a window that loses the focus on its way to being hidden is one leave
const MERGE_MS = 1000;
const ACTIVE = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "scroll"];
const page = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => (byte % 36).toString(36)).join("");

const isDeparture = ({ kind, lasted_ms: lasted }) => ["back", "focus"].includes(kind) && lasted >= AWAY_MS;

export class Conduct {
  #waiting = [];
  #seq = 0;
  #failures = 0;
  #timer = null;
  #last = new Map(); // kind → when it was noted

  constructor(session) {
    this.session = session;
    const [entry] = performance.getEntriesByType("navigation");
    this.note(entry?.type === "reload" ? "reload" : "open");
    this.#watchLeaving();
    this.#watchIdle();
    this.#watchDoings();
    session.addEventListener("tabs", () => this.note("tabs"));
    this.#later(SEND_EVERY_MS);
  }

  note(kind, lastedMs = null) {
    const now = performance.now();
    if (now - (this.#last.get(kind) ?? -Infinity) < MERGE_MS) return;
    this.#last.set(kind, now);
    const { clock } = this.session;
    const event = { seq: this.#seq += 1, kind };
    if (clock.known) event.at_ms = Math.floor(clock.now());
    if (lastedMs !== null) event.lasted_ms = Math.round(lastedMs);
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    if (["leave", "back", "blur", "focus"].includes(kind)) this.#later(HURRY_MS);
  }

  #watchLeaving() {
    let [left, blurred, settling] = [null, null, null];
    // A device that slept stops one clock and a person may set the other: the longer counts.
    const now = () => ({ steady: performance.now(), wall: Date.now() });
    const since = (then) => Math.max(0, performance.now() - then.steady, Math.min(Date.now() - then.wall, 86_400_000));
    document.addEventListener("visibilitychange", () => {
      clearTimeout(settling);
      if (document.visibilityState === "hidden") {
        left = blurred ?? now();
        blurred = null;
        this.note("leave");
      } else if (left) {
        this.note("back", since(left));
        left = null;
      }
    });
    window.addEventListener("blur", () => {
      const then = now();
      clearTimeout(settling);
      settling = setTimeout(() => {
        if (left || blurred || document.hasFocus()) return;
        blurred = then;
        this.note("blur");
      }, SETTLE_MS);
    });
    window.addEventListener("focus", () => {
      clearTimeout(settling);
      if (!blurred) return;
      this.note("focus", since(blurred));
      blurred = null;
    });
  }

  #watchIdle() {
    let active = performance.now();
    const stir = () => {
      const now = performance.now();
      if (now - active > IDLE_MS && document.visibilityState === "visible") this.note("idle", now - active);
      active = now;
    };
    for (const type of ACTIVE) window.addEventListener(type, stir, { passive: true, capture: true });
  }

  #watchDoings() {
    for (const kind of ["copy", "cut", "paste"]) document.addEventListener(kind, () => this.note(kind), { capture: true });
    window.addEventListener("beforeprint", () => this.note("print"));
    document.addEventListener("fullscreenchange", () => this.note(document.fullscreenElement ? "full_screen" : "screen_left"));
    for (const kind of ["offline", "online"]) window.addEventListener(kind, () => this.note(kind));
    const screens = () => { if (screen.isExtended) this.note("second_screen"); };
    screen.addEventListener?.("change", screens);
    screens();
  }

  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), ms);
  }

  async #send() {
    const { session } = this;
    if (session.finished) return;
    const busy = session.log.pending().length > 0 || session.sender.held !== null;
    if (this.#waiting.length && !busy) await this.#report();
    const quick = busy && this.#waiting.some(isDeparture);
    this.#later(quick ? 2000 : Math.min(SLOWEST_MS, SEND_EVERY_MS * (1 + this.#failures) * (0.75 + Math.random() / 2)));
  }

  async #report() {
    const { session } = this;
    const events = this.#waiting.slice(0, MOST_SENT);
    const { status, body, retryAfterMs } = await session.api.post(session.state.urls.events, { page, events });
    if (status === 200 || status === 400 || status === 404) {
      this.#failures = 0;
      this.#waiting = this.#waiting.filter((event) => !events.includes(event));
      if (status === 200) session.takeStanding(body, { hasLeft: events.some(isDeparture) });
      return;
    }
    this.#failures = Math.min(7, this.#failures + 1);
    if (retryAfterMs) await new Promise((resolve) => { setTimeout(resolve, jitter(this.#failures, retryAfterMs)); });
  }
}
