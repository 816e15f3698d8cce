/* The server's clock as this page knows it. Every reply carries the server's time (now_ms), stamped
   between sending and receiving; the difference to performance.now() therefore lies in an interval,
   and intervals are narrowed reply by reply. The device's own wall clock is never read: setting it
   forward or back changes nothing. */

const DRIFT_MS = 40; // what two honest clocks may drift apart between replies

export class ServerClock {
  #low = -Infinity;
  #high = Infinity;

  /** One reply: now_ms is in it, sent and received are performance.now() around it. */
  observe(nowMs, sent, received) {
    if (!Number.isFinite(nowMs)) return;
    const low = nowMs - received;
    const high = nowMs - sent;
    if (low > this.#high + DRIFT_MS || high < this.#low - DRIFT_MS) {
      [this.#low, this.#high] = [low, high]; // the device slept, or the server's clock was set
      return;
    }
    [this.#low, this.#high] = [Math.max(this.#low - DRIFT_MS, low), Math.min(this.#high + DRIFT_MS, high)];
    if (this.#low > this.#high) [this.#low, this.#high] = [low, high];
  }

  /** It is at least this late: all that a page kept offline can know. */
  atLeast(nowMs) {
    this.#low = Math.max(this.#low, nowMs - performance.now());
  }

  get known() {
    return this.#high !== Infinity;
  }

  /** The server's time in ms; the earliest possible when only a bound is known. */
  now() {
    const offset = this.known ? (this.#low + this.#high) / 2 : this.#low;
    return performance.now() + offset;
  }
}
