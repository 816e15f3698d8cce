/* The end of an attempt, seen from its room: the receipt, how it ended, what never got through, and, where
   the next person will use this device, the end of the log-in. */

import { say, sayPositions } from "./words.js";

const MOST_ENTRIES = 50;
const AGAIN_MS = 5000;

export function showReceipt({ sha256, answered, finished }) {
  const receipt = document.getElementById("receipt");
  const set = (name, text) => { receipt.querySelector(`[data-receipt-${name}]`).textContent = text; };
  set("count", say("received_n", { n: answered }));
  set("time", finished);
  set("hash", sha256);
  receipt.hidden = false;
}

/** In words: who ended it when it was not the candidate, and what stays on this device. */
export function showEnd(session) {
  const lines = [];
  const { end_at: endAt = 0 } = session.config.integrity ?? {};
  const byRule = endAt && session.departures >= endAt;
  if (session.finishKind === "forced") lines.push(byRule ? say("left_end", { n: session.departures }) : say("forced"));
  const unsent = session.log.pending().map(({ position }) => position);
  if (unsent.length) lines.push(say("unsent_aside", { items: sayPositions(unsent) }));
  document.getElementById("finished-words").textContent = lines.join("");
}

/** The log-in ended with the hand-in: the page stays with its receipt and shows the next person the way. */
export function showLoggedOut() {
  document.getElementById("finished-link").parentElement.hidden = true;
  document.getElementById("logged-out").hidden = false;
  for (const article of document.querySelectorAll("[data-item]")) article.remove();
}

/** It ended without a hand-in from here: what is left goes aside at the server, then the log-in ends. */
export async function leaveDevice(session) {
  for (;;) {
    if ((await deliver(session)) && (await logOut(session))) break;
    await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
  }
  session.undelivered = [];
  await session.handedIn();
  showLoggedOut();
}

async function deliver({ api, log, state, undelivered }) {
  const left = [...log.pending(), ...undelivered.filter((draft) => draft.epoch !== log.epoch)];
  while (left.length) {
    const { epoch } = left[0];
    const batch = left.filter((entry) => entry.epoch === epoch).slice(0, MOST_ENTRIES);
    const responses = batch.map(({ position, seq, response }) => ({ position, seq, response }));
    const { status } = await api.post(state.urls.responses, { epoch, responses });
    if (status === 0 || status >= 500) return false;
    for (const entry of batch) left.splice(left.indexOf(entry), 1);
  }
  return true;
}

async function logOut({ api, config }) {
  const body = new URLSearchParams({ csrf_token: api.csrf });
  const reply = await fetch(config.logout_url, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  return Boolean(reply);
}
