// How many people fit is asked for after the page, which does not wait for it and does without.
const shown = document.querySelector("[data-count]");
if (shown) {
  try {
    const response = await fetch(shown.dataset.count, { headers: { Accept: "application/json" } });
    if (response.ok) shown.textContent = (await response.json()).words;
  } catch {
    shown.textContent = "";
  }
}
