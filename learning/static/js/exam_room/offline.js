/* The room without a network: asks the service worker to keep this page and its files, so that a reload
   brings the room back; forgets them when the paper is handed in. */

const KEEP_AFTER_MS = 2000;
const SPREAD_MS = 4000; // candidates start together; their second look at the page should not

export const fromCache = document.documentElement.dataset.fromCache === "yes";

export async function keepRoom(workerUrl) {
  if (!window.isSecureContext || !("serviceWorker" in navigator) || fromCache) return;
  try {
    await navigator.serviceWorker.register(workerUrl, { scope: new URL("./", new URL(workerUrl, location.href)).pathname });
    const { active } = await navigator.serviceWorker.ready;
    await new Promise((resolve) => { setTimeout(resolve, KEEP_AFTER_MS + Math.random() * SPREAD_MS); });
    const answer = new MessageChannel();
    answer.port1.onmessage = () => { document.documentElement.dataset.kept = "yes"; };
    active.postMessage({ type: "keep", page: location.href.split("#")[0], assets: assetsOfPage() }, [answer.port2]);
  } catch {
    // no service worker here: the room works all the same while the page stays open
  }
}

/** Every script, sheet, font and icon that this page loaded from its own origin. */
function assetsOfPage() {
  const linked = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon]")].map((link) => link.href);
  const loaded = performance.getEntriesByType("resource")
    .filter((entry) => ["script", "link", "css", "other"].includes(entry.initiatorType))
    .map((entry) => entry.name);
  const files = /\.(js|css|woff2|svg|png)(\?|$)/;
  return [...new Set([...linked, ...loaded])]
    .filter((url) => url.startsWith(`${location.origin}/`) && files.test(url) && !/\/sw\.js/.test(url));
}

export async function forgetRooms() {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) {
    if (name.startsWith("qa-room:")) await caches.delete(name);
  }
}
