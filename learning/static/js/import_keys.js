// Going through the questions of an import by keys: j and k move, e corrects. The page does all of
// it without this.
const cards = [...document.querySelectorAll(".qi-card")];
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  if (event.key === "j") cards[Math.min(at + 1, cards.length - 1)]?.focus();
  else if (event.key === "k") cards[Math.max(at - 1, 0)]?.focus();
  else if (event.key === "e" && at >= 0) cards[at].querySelector("[data-edit]")?.click();
});
