/* Talks to the server in JSON. A reply that is not the application's own (a captive portal's page, a
   redirect) is treated as no reply at all: only the server's own word counts as saved. */

const TIMEOUT_MS = 20_000;

export class Api {
  constructor(csrf, clock) {
    this.csrf = csrf;
    this.clock = clock;
  }

  get(url) {
    return this.#call(url, { method: "GET" });
  }

  post(url, body, { keepalive = false } = {}) {
    return this.#call(url, {
      method: "POST",
      keepalive,
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
      body: JSON.stringify(body),
    });
  }

  /** {status, body, retryAfterMs}; status 0 when the server was not reached. */
  async #call(url, options) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    const sent = performance.now();
    try {
      const reply = await fetch(url, {
        ...options,
        headers: { Accept: "application/json", ...options.headers },
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal: abort.signal,
      });
      const received = performance.now();
      const body = await reply.json().catch(() => null);
      if (body === null || typeof body !== "object") {
        return { status: reply.ok ? 0 : reply.status, body: {}, retryAfterMs: retryAfter(reply) };
      }
      this.clock.observe(body.now_ms, sent, received);
      return { status: reply.status, body, retryAfterMs: retryAfter(reply) };
    } catch {
      return { status: 0, body: {}, retryAfterMs: 0 };
    } finally {
      clearTimeout(timer);
    }
  }
}

function retryAfter(reply) {
  const seconds = Number(reply.headers.get("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}
