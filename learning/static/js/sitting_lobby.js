/* A candidate waits on the page of a sitting: the server is asked now and then whether the waiting is over,
   and says itself when to ask again, so that thousands of pages never ask at once.

   The section is [data-lobby=address][data-state=what is waited for]. Another state reloads the page. */

const lobby = document.querySelector("[data-lobby]");
const AFTER_FAILURE_MS = 30_000;

async function look() {
  let againMs = AFTER_FAILURE_MS * (0.5 + Math.random());
  try {
    const reply = await fetch(lobby.dataset.lobby, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (reply.ok) {
      const told = await reply.json();
      if (told.state !== lobby.dataset.state) return location.reload();
      againMs = told.again_ms;
    } else if (reply.status < 500 && reply.status !== 429) return location.reload();
  } catch {
    /* the network is away: ask later */
  }
  setTimeout(look, againMs);
}

if (lobby) look();
