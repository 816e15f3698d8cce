/* Sends the log's unsent entries: one request at a time, whatever has gathered meanwhile in the next,
   until the server has said of each that it is saved or cannot be. Only decides what a reply means;
   storing, showing and logging in are the session's work (on.…). */

import { jitter, Nap } from "./backoff.js";

const MOST_ENTRIES = 50;

export class Sender {
  #running = false;
  #held = null; // why sending waits for somebody: "login", "moved", "gone", "submit"
  #limit = MOST_ENTRIES;
  #nap = new Nap();
  #idle = [];
  failures = 0;
  trouble = null; // null | "network" | "busy"

  /** on: {settled, trouble, login, csrf (async → bool), moved, gone, conflict, closed} */
  constructor({ log, api, url, on }) {
    Object.assign(this, { log, api, url, on });
  }

  get held() {
    return this.#held;
  }

  poke() {
    if (!this.#running && !this.#held) void this.#run();
  }

  /** The network may be back: do not wait out the pause. */
  wake() {
    this.#nap.wake();
    this.poke();
  }

  hold(why) {
    this.#held = why;
    this.#nap.wake();
  }

  release() {
    this.#held = null;
    this.poke();
  }

  /** Resolves when no request is under way. */
  async quiet() {
    if (this.#running) await new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Resolves true when everything has been answered by the server, false when held. */
  async drained() {
    while (this.log.pending().length && !this.#held) {
      this.poke();
      await this.quiet();
      if (this.log.pending().some((entry) => !entry.mine)) await this.#nap.sleep(500);
    }
    return !this.log.pending().length;
  }

  async #run() {
    this.#running = true;
    try {
      while (!this.#held) {
        const batch = this.log.take(this.#limit, performance.now());
        if (!batch.length) break;
        this.on.trouble(this.trouble);
        const wait = await this.#send(batch);
        this.log.release(batch);
        this.on.trouble(this.trouble);
        if (wait && !this.#held) await this.#nap.sleep(wait.ms, { firm: wait.firm });
      }
    } finally {
      this.#running = false;
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Sends one batch; returns how long to wait before the next, or null. */
  async #send(batch) {
    const responses = batch.map(({ position, seq, response }) => ({ position, seq, response }));
    const reply = await this.api.post(this.url, { epoch: this.log.epoch, responses });
    const handle = { 200: this.#saved, 400: this.#invalid, 401: this.#login, 403: this.#forbidden,
      404: this.#gone, 409: this.#conflict, 413: this.#tooLarge }[reply.status];
    return handle ? handle.call(this, reply, batch) : this.#failed(reply);
  }

  #saved({ body }, batch) {
    this.on.settled(body);
    const left = new Set(this.log.pending());
    if (batch.every((entry) => left.has(entry))) return this.#failed({ status: 200, retryAfterMs: 0 });
    [this.failures, this.trouble, this.#limit] = [0, null, MOST_ENTRIES];
    return null;
  }

  #invalid({ body }, batch) {
    if (body.rejected?.length) this.on.settled({ rejected: body.rejected });
    else if (batch.length === 1) this.#reject(batch[0], body.error ?? "invalid");
    else this.#limit = 1; // somewhere in this batch is what the server cannot name: find it singly
    return null;
  }

  #tooLarge(reply, batch) {
    if (batch.length === 1) this.#reject(batch[0], "too_large");
    else this.#limit = Math.max(1, Math.floor(batch.length / 2));
    return null;
  }

  #reject({ position, seq }, code) {
    this.on.settled({ rejected: [[position, seq, code]] });
  }

  #login() {
    this.hold("login");
    this.on.login();
    return null;
  }

  async #forbidden(reply) {
    return (await this.on.csrf()) ? null : this.#failed(reply);
  }

  #gone() {
    this.hold("gone");
    this.on.gone();
    return null;
  }

  #conflict({ body, retryAfterMs }, batch) {
    if (body.error === "epoch") {
      this.hold("moved");
      this.on.moved(body);
    } else if (body.error === "position_closed") {
      this.on.closed(batch.map((entry) => entry.position));
    } else if (!this.on.conflict(batch, body)) {
      return this.#failed({ status: 409, retryAfterMs });
    }
    return null;
  }

  #failed({ status, retryAfterMs }) {
    this.trouble = status === 0 ? "network" : "busy";
    this.failures += 1;
    return { ms: jitter(this.failures, retryAfterMs), firm: retryAfterMs > 0 };
  }
}
