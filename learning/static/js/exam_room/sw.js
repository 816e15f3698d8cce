/* Service worker of the exam room (served from /attempts/sw.js, scope /attempts/). It keeps one kind of
   page, the room, and the files it uses, so that a reload without a network brings the room back.
   Pages come from the network first; a kept page is used only when there is no answer. It never keeps
   results, JSON or anything posted. Each person has a cache of their own and keeping one person's room
   deletes everyone else's. One file, no imports. */

const PREFIX = "qa-room:";
const PATIENCE_MS = 6000; // after so long without an answer the kept page is better than none
const LOOSE = { ignoreVary: true };
const ROOM_PATH = /^[^/]+$/; // directly below the scope: neither /result nor /state

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data?.type !== "keep") return;
  event.waitUntil(keep(event.data).then(() => event.ports[0]?.postMessage("kept"), () => null));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (isRoom(url)) event.respondWith(room(event));
  } else if (/\.(js|css|woff2|svg|png)$/.test(url.pathname)) {
    event.respondWith(asset(request));
  }
});

function isRoom(url) {
  const scope = new URL(self.registration.scope).pathname;
  return url.pathname.startsWith(scope) && ROOM_PATH.test(url.pathname.slice(scope.length).replace(/\/$/, ""));
}

/** Whose room an HTML page is: data-person of a page that has data-room, else null. */
function ownerOf(html) {
  const head = html.match(/<html\b[^>]*>/)?.[0] ?? "";
  return / data-room="/.test(head) ? (head.match(/ data-person="([^"]+)"/)?.[1] ?? null) : null;
}

async function keep({ page, assets }) {
  const reply = await fetch(page, { credentials: "same-origin", redirect: "error", headers: { Accept: "text/html" } });
  await keepPage(page, reply);
  const cache = await findCache(page);
  if (!cache) return;
  for (const url of assets) {
    if (await cache.match(url, LOOSE)) continue;
    const file = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (file?.ok) await cache.put(url, file);
  }
}

async function keepPage(page, reply) {
  if (!reply.ok || reply.redirected) return;
  const owner = ownerOf(await reply.clone().text());
  if (owner === null) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== PREFIX + owner) await caches.delete(name);
  }
  await (await caches.open(PREFIX + owner)).put(page, reply);
}

async function findCache(page) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const cache = await caches.open(name);
    if (await cache.match(page, LOOSE)) return cache;
  }
  return null;
}

async function room(event) {
  const page = event.request.url.split("#")[0];
  const fresh = fetch(event.request);
  fresh.catch(() => null); // looked at below; not unhandled meanwhile
  const kept = await keptPage(page);
  if (!kept) return fresh;
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, null); });
  const reply = await Promise.race([fresh.catch(() => null), late]);
  if (!reply || [502, 503, 504].includes(reply.status)) return kept;
  event.waitUntil(keepPage(page, reply.clone()).catch(() => null));
  return reply;
}

/** The kept page, marked as such so that its scripts know its clock and answers are old. */
async function keptPage(page) {
  const reply = await (await findCache(page))?.match(page, LOOSE);
  if (!reply) return null;
  const html = (await reply.text()).replace(' data-from-cache="no"', ' data-from-cache="yes"');
  const headers = new Headers(reply.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response(html, { status: 200, headers });
}

async function asset(request) {
  try {
    return await fetch(request);
  } catch (error) {
    for (const name of await caches.keys()) {
      const kept = name.startsWith(PREFIX) && (await (await caches.open(name)).match(request.url, LOOSE));
      if (kept) return kept;
    }
    throw error;
  }
}
