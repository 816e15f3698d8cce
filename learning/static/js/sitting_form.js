/* Shows the highest total while a paper is written: the cut score is set in points beside it. */

const form = document.querySelector("form[data-paper]");
const total = form?.querySelector("[data-paper-total]");
const number = (name) => Number(form.elements.namedItem(name)?.value) || 0;

function add() {
  let points = 0;
  for (const kind of form.dataset.paper.split(" ")) points += number(`${kind}_count`) * number(`${kind}_points`);
  total.textContent = String(Math.round(points * 1000) / 1000);
}

if (total) {
  form.addEventListener("input", add);
  add();
}
