/* The glossary narrows down while one types: the same page is asked for, and its list put in the place
   of this one. Without an answer the form still works by its button. */

const PAUSE_MS = 180;
const form = document.getElementById("term-search");
const field = document.getElementById("term-words");
let timer = 0;
let asking = null;
let shown = field.value;

async function look() {
  const words = field.value.trim();
  if (words === shown) return;
  asking?.abort();
  asking = new AbortController();
  const url = new URL(location.pathname, location.origin);
  if (words) url.searchParams.set("q", words);
  try {
    const reply = await fetch(url, { credentials: "same-origin", signal: asking.signal });
    if (!reply.ok || reply.redirected) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const found = page.getElementById("terms");
    if (!found) return;
    document.getElementById("terms").replaceWith(document.adoptNode(found));
    shown = words;
    history.replaceState(null, "", url);
  } catch {
    // Overtaken by the next letter, or no network: what is shown stays.
  }
}

function later(event) {
  clearTimeout(timer);
  if (!event.isComposing) timer = setTimeout(() => void look(), PAUSE_MS);
}

field.addEventListener("input", later);
field.addEventListener("compositionend", later);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  void look();
});
