// What takes counting is asked for after the page, which does not wait for it and does without.
async function ask(address, type) {
  try {
    const response = await fetch(address, { headers: { Accept: type } });
    return response.ok ? response : null;
  } catch {
    return null;
  }
}

const shown = document.querySelector("[data-count]");
if (shown) {
  const reply = await ask(shown.dataset.count, "application/json");
  if (reply) shown.textContent = (await reply.json()).words;
}
const place = document.querySelector("[data-part]");
if (place) {
  const reply = await ask(place.dataset.part, "text/html");
  const page = reply && new DOMParser().parseFromString(await reply.text(), "text/html");
  const part = page?.getElementById("part");
  if (part) place.replaceChildren(...part.children);
}
