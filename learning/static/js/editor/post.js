/* Posting the form's fields and telling apart what can go wrong on the way. */

const token = document.querySelector("meta[name=csrf-token]").content;

/** A reply that is no success: `status` is HTTP's, 0 without a connection; `body` is its JSON or {}. */
export class Refused extends Error {
  constructor(status, body) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Posts a FormData and returns the JSON reply; throws Refused, or AbortError when it was given up. */
export async function post(url, data, signal) {
  let reply;
  try {
    reply = await fetch(url, {
      method: "POST", body: data, signal, credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": token },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, {});
  }
  const body = await reply.json().catch(() => ({}));
  // a log-in page in place of JSON is no success either
  if (!reply.ok || reply.redirected) throw new Refused(reply.redirected ? 401 : reply.status, body);
  return body;
}
