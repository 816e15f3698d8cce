// The big screen of a board: asks for the published document, and draws itself anew when it changed.
// "Nothing has changed" costs the server next to nothing; a failed request is asked again later.

const EVERY_MS = 3000;
const wall = document.querySelector("[data-board]");
let tag = null;

async function redraw() {
  const page = await fetch(location.href, { cache: "no-store" });
  if (!page.ok) throw new Error(String(page.status));
  const drawn = new DOMParser().parseFromString(await page.text(), "text/html");
  for (const part of ["main", "footer"]) {
    const found = drawn.querySelector(`.qa-wall > ${part}`);
    if (found) wall.querySelector(`:scope > ${part}`).replaceChildren(...found.childNodes);
  }
}

async function poll() {
  try {
    const headers = tag === null ? {} : { "If-None-Match": tag };
    const reply = await fetch(wall.dataset.board, { cache: "no-store", headers });
    if (reply.status === 200) {
      // The first one too: it may be newer than the page. Only what was drawn counts as seen.
      await redraw();
      tag = reply.headers.get("ETag");
    }
  } catch {
    // The network is away: what is shown stays, and the next turn asks again.
  }
  setTimeout(poll, EVERY_MS);
}

if (wall) poll();
