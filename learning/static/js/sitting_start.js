/* Starting when everybody clicks at once: where the server is too busy, the page waits in line for its
   candidate and tries again; nothing is timed before the paper is there. Starting twice starts once.

   The form is [data-start][data-waiting=words while in line]; its [role=status] says how it goes. */

import { jitter } from "./exam_room/backoff.js";

const form = document.querySelector("[data-start]");
const status = form.querySelector("[role=status]");
const button = form.querySelector("[type=submit]");

async function ask(body) {
  try {
    const headers = { Accept: "application/json" };
    return await fetch(form.action, { method: "POST", body, headers, credentials: "same-origin", redirect: "manual" });
  } catch {
    return null; // the network is away
  }
}

async function start() {
  const body = new FormData(form);
  button.disabled = true;
  for (let failures = 1; ; failures += 1) {
    const reply = await ask(body);
    if (reply?.ok) return location.assign((await reply.json()).room);
    if (reply?.type === "opaqueredirect") return location.reload(); // it says what was wrong
    if (reply && reply.status < 500 && reply.status !== 429) return form.submit(); // a page says why
    status.textContent = form.dataset.waiting;
    status.hidden = false;
    const asked = Number(reply?.headers.get("Retry-After")) * 1000 || 0;
    await new Promise((resolve) => { setTimeout(resolve, jitter(failures, asked)); });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void start();
});
addEventListener("pageshow", () => { button.disabled = false; });
