/* One request that must get through: reveals and commits. Tries until the server answers; logs in again
   where needed. Resolves the reply's body, or null when the attempt is elsewhere or gone. */

import { jitter, Nap } from "./backoff.js";
import { say } from "./words.js";

export async function insist(session, url, body, tell) {
  const nap = new Nap();
  const onLine = () => nap.wake();
  window.addEventListener("online", onLine);
  try {
    for (let failures = 0; ; ) {
      const reply = await session.api.post(url, { epoch: session.log.epoch, ...body });
      if (reply.status === 200) return reply.body;
      if (reply.status === 409 && reply.body.error !== "missing") return standStill(session, reply.body);
      if (reply.status === 404) { session.notice(say("gone"), "error"); return null; }
      if (reply.status === 401) await renewed(session);
      else if (reply.status === 409) await sendAgain(session, reply.body.missing ?? []);
      else if (reply.status !== 403 || (await session.sync()) !== "ok") {
        failures += 1;
        tell(say("step_failed"));
        await nap.sleep(Math.max(300, jitter(failures, reply.retryAfterMs)));
      }
    }
  } finally {
    window.removeEventListener("online", onLine);
  }
}

/** 409: another device has taken over, or the position is not open any more (reload shows how it is). */
function standStill(session, { error }) {
  if (error === "epoch") session.leaveToOther();
  else location.reload();
  return null;
}

/** The server lacks an answer it had acknowledged. */
async function sendAgain(session, positions) {
  session.resend(positions);
  await session.sender.drained();
}

async function renewed(session) {
  session.sender.hold("login");
  session.dispatchEvent(new CustomEvent("login", { detail: {} }));
  await new Promise((resolve) => { session.addEventListener("renewed", resolve, { once: true }); });
}
