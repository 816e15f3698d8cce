// How many questions the pasted text holds, asked for while somebody pauses. The page does without.
const form = document.querySelector("[data-count-url]");
const text = form?.querySelector("textarea");
const shown = form?.querySelector("[data-count]");
const PAUSE_MS = 600;
const LIMIT = 256 * 1024;
let waiting = 0;
let asked = 0;

async function count() {
  const mine = ++asked;
  if (!text.value.trim() || text.value.length > LIMIT) {
    shown.textContent = "";
    return;
  }
  const body = new FormData();
  for (const name of ["csrf_token", "format"]) body.set(name, form.elements[name].value);
  body.set("text", text.value);
  try {
    const response = await fetch(form.dataset.countUrl, { method: "POST", body, headers: { Accept: "application/json" } });
    if (mine === asked) shown.textContent = response.ok ? (await response.json()).words : "";
  } catch {
    if (mine === asked) shown.textContent = "";
  }
}

text?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, PAUSE_MS);
});
