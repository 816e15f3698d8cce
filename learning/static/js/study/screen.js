/* The code on the room's screen: asks the server for the next one when the last has had its time. Without
   an answer it hides what is no longer good and says so. */

const RETRY_MS = 2000;

const config = JSON.parse(document.getElementById("qs-config").textContent);
const code = document.getElementById("qs-code");
const closed = document.getElementById("qs-closed");
const lost = document.getElementById("qs-lost");
const signed = document.getElementById("qs-signed");

async function next() {
  let wait = RETRY_MS;
  try {
    const reply = await fetch(config.url, { cache: "no-store", credentials: "same-origin" });
    if (!reply.ok) throw new Error(String(reply.status));
    const now = await reply.json();
    show(now);
    wait = now.next_ms;
    lost.hidden = true;
  } catch {
    code.toggleAttribute("hidden", true);
    lost.hidden = false;
  }
  setTimeout(() => void next(), wait);
}

function show(now) {
  code.toggleAttribute("hidden", !now.is_open);
  closed.hidden = now.is_open;
  signed.textContent = now.signed;
  if (!now.is_open) return;
  const side = now.side + 8;
  code.setAttribute("viewBox", `-4 -4 ${side} ${side}`);
  code.querySelector("path").setAttribute("d", now.path);
}

setTimeout(() => void next(), config.next_ms);
