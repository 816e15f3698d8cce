/* Handing in: carries the unsent queue and the last seq of every position, and does not stop until the
   server has said yes, named what is missing, or said that the attempt is elsewhere. */

import { jitter, Nap } from "./backoff.js";
import { say } from "./words.js";

const MOST_ENTRIES = 100;
const MOST_BYTES = 48 * 1024;

/** tell(text) shows how it stands; stopped() true when the person gave up for now.
    Resolves "done", "stopped", "moved" or "gone". */
export async function handIn(session, { tell, stopped }) {
  const { sender, state } = session;
  const nap = new Nap();
  const onLine = () => nap.wake();
  window.addEventListener("online", onLine);
  tell(say("submitting"));
  session.flush();
  try {
    for (let failures = 0; !stopped(); ) {
      await lighten(session, tell);
      if (sender.held === "moved" || session.moved) return "moved";
      if (sender.held !== "login") sender.hold("submit");
      await sender.quiet();
      const reply = await session.api.post(state.urls.submit, body(session));
      const next = await weigh(session, reply, tell);
      if (next !== "again" && next !== "wait") return next;
      failures = next === "again" ? failures : failures + 1;
      if (next === "wait") {
        if (reply.status !== 401) tell(say("submit_retry", { n: failures }));
        await nap.sleep(Math.max(300, jitter(failures, reply.retryAfterMs)));
      }
    }
    return "stopped";
  } finally {
    window.removeEventListener("online", onLine);
    if (sender.held === "submit") sender.release();
  }
}

/** A long queue goes by the ordinary way first; submit carries only the rest. */
async function lighten(session, tell) {
  const pending = session.log.pending();
  if (pending.length <= MOST_ENTRIES && JSON.stringify(pending).length <= MOST_BYTES) return;
  tell(say("submit_unsent", { n: pending.length }));
  if (session.sender.held === "submit") session.sender.release();
  await session.sender.drained();
}

function body({ log }) {
  const responses = log.pending().map(({ position, seq, response }) => ({ position, seq, response }));
  return { epoch: log.epoch, responses, last_seq: log.lastSeq() };
}

/** What a reply to submit means: "done", "moved", "gone", "again" (at once) or "wait". */
async function weigh(session, { status, body: reply }, tell) {
  if (status === 200) {
    session.resultUrl = reply.result_url;
    session.receipt = reply.receipt ?? null;
    session.loggedOut = Boolean(reply.logged_out);
    return "done";
  }
  if (status === 409 && reply.error === "epoch") {
    session.leaveToOther();
    return "moved";
  }
  if (status === 409 && reply.error === "missing") {
    session.resend(reply.missing ?? []);
    return "wait";
  }
  if (status === 400 && reply.rejected?.length) {
    session.settle({ rejected: reply.rejected });
    return "again";
  }
  if (status === 404) {
    tell(say("submit_gone"));
    return "gone";
  }
  if (status === 401) {
    tell(say("submit_login"));
    session.sender.hold("login");
    session.dispatchEvent(new CustomEvent("login", { detail: {} }));
    await new Promise((resolve) => { session.addEventListener("renewed", resolve, { once: true }); });
    return "again";
  }
  if (status === 403) return (await session.sync()) === "ok" ? "again" : "wait";
  return "wait";
}
