/* Waiting between tries: full jitter up to ten seconds, so that a room of candidates does not knock at
   the same instant; a server that named a time is not asked earlier. */

const FIRST_MS = 500;
const MOST_MS = 10_000;

export function jitter(failures, retryAfterMs = 0) {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return retryAfterMs ? retryAfterMs + Math.random() * Math.min(1000, retryAfterMs / 4) : Math.random() * ceiling;
}

/** A sleep that wake() ends early, unless it is firm. */
export class Nap {
  #end = null;
  #firm = false;

  sleep(ms, { firm = false } = {}) {
    this.#firm = firm;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#finish(resolve), ms);
      this.#end = () => { clearTimeout(timer); this.#finish(resolve); };
    });
  }

  #finish(resolve) {
    this.#end = null;
    resolve();
  }

  wake() {
    if (!this.#firm) this.#end?.();
  }
}
