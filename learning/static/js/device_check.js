/* Checks this device before an exam: scripts, storage, a secure page, the clock, the way to the server,
   the width of the screen, the browser inside WeChat. It says what it found and never blocks anybody.

   The list is [data-device-check] of components/device_check.html; its items are [data-check=name] and
   its words a <script type="application/json"> inside it. No text is written in scripts. */

const HEALTH = "/healthz";
const TRIES = 3;
const PATIENCE_MS = 4000;
const SLOW_MS = 800;
const CLOCK_S = 60;
const NARROW_PX = 320;
const DATABASE = "quality-academy-device-check";

/** Fills in {names}. */
function say(words, key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const after = (ms) => new Promise((resolve) => { setTimeout(resolve, ms, null); });

/** Writes and reads back a record, as the exam room does with answers that wait for the network. */
function tryDatabase() {
  return new Promise((resolve) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("probe");
    opening.onerror = () => resolve(false);
    opening.onblocked = () => resolve(false);
    opening.onsuccess = () => {
      const database = opening.result;
      const finish = (held) => {
        database.close();
        indexedDB.deleteDatabase(DATABASE);
        resolve(held);
      };
      try {
        const change = database.transaction("probe", "readwrite");
        change.objectStore("probe").put("held", 1);
        change.oncomplete = () => finish(true);
        change.onerror = change.onabort = () => finish(false);
      } catch {
        finish(false);
      }
    };
  });
}

async function checkStorage() {
  if (!window.isSecureContext) return ["due", "storage_plain"];
  if (!window.indexedDB || !window.crypto?.subtle) return ["due", "storage_none"];
  const held = await Promise.race([tryDatabase().catch(() => false), after(PATIENCE_MS)]);
  return held ? ["pass", "storage_ok"] : ["due", "storage_none"];
}

/** The quickest of some round trips, with the server's clock at its middle; null when none came back. */
async function measure() {
  let best = null;
  for (let n = 0; n < TRIES; n += 1) {
    const start = performance.now();
    try {
      const reply = await fetch(HEALTH, { cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE_MS) });
      const ms = performance.now() - start;
      const server = Date.parse(reply.headers.get("Date") ?? "");
      if (reply.ok && (best === null || ms < best.ms)) {
        // The header has whole seconds: on average half of one has passed.
        best = { ms, offset: server + 500 - (Date.now() - ms / 2) };
      }
    } catch {
      // Counted by what is missing.
    }
  }
  return best;
}

function checkNetwork(trip) {
  if (trip === null) return ["over", "network_none"];
  const values = { ms: Math.max(1, Math.round(trip.ms)) };
  return trip.ms > SLOW_MS ? ["due", "network_slow", values] : ["pass", "network_ok", values];
}

function checkClock(trip) {
  if (trip === null || Number.isNaN(trip.offset)) return ["none", "clock_unknown"];
  const seconds = Math.round(Math.abs(trip.offset) / 1000);
  if (seconds <= CLOCK_S) return ["pass", "clock_ok"];
  return ["due", trip.offset > 0 ? "clock_slow" : "clock_fast", { n: Math.round(seconds / 60) || 1 }];
}

function checkScreen() {
  const values = { px: window.innerWidth };
  return window.innerWidth < NARROW_PX ? ["due", "screen_narrow", values] : ["pass", "screen_ok", values];
}

function show(list, words, name, [status, key, values]) {
  const item = list.querySelector(`[data-check="${name}"]`);
  if (!item) return;
  item.dataset.s = status;
  item.textContent = say(words, key, values);
}

async function run(list) {
  const words = JSON.parse(list.querySelector("script[type='application/json']").textContent);
  const put = (name, found) => show(list, words, name, found);
  put("script", ["pass", "script_ok"]);
  put("secure", window.isSecureContext ? ["pass", "secure_ok"] : ["due", "secure_plain"]);
  put("screen", checkScreen());
  const wechat = list.querySelector("[data-check='wechat']");
  if (/MicroMessenger/i.test(navigator.userAgent) && wechat) {
    wechat.closest("li").hidden = false;
    put("wechat", ["info", "wechat"]);
  }
  const [storage, trip] = await Promise.all([checkStorage(), measure()]);
  put("storage", storage);
  put("network", checkNetwork(trip));
  put("clock", checkClock(trip));
  list.setAttribute("aria-busy", "false");
}

for (const list of document.querySelectorAll("[data-device-check]")) void run(list);
