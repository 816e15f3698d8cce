/* The marker's desk by keyboard: Enter goes on and hands in at the end, = gives all, Alt+Z undoes. */

const form = document.querySelector("[data-marking-form]"); // none where nothing is held
const steps = [...document.querySelectorAll("[data-marking-form] input[name^=step]")];
const total = document.querySelector("[data-marking-total]");

/** Returns the points of a step, NaN where it has none that it can give. A Chinese keyboard's digits are digits. */
function pointsOf(step) {
  const text = step.value.normalize("NFKC").replace("。", ".").trim();
  const points = /^\d+(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  return points <= Number(step.dataset.most) ? points : NaN;
}

/** Shows the sum, and which steps do not fit. */
function add() {
  const points = steps.map(pointsOf);
  for (const [index, step] of steps.entries()) {
    const isOpen = step.value.trim() === "" && !step.autofocus; // the server's finding stays until it is mended
    const isWrong = !isOpen && Number.isNaN(points[index]);
    if (isWrong) step.setAttribute("aria-invalid", "true");
    else step.removeAttribute("aria-invalid");
  }
  const sum = points.reduce((held, each) => held + (Number.isNaN(each) ? 0 : each), 0);
  total.textContent = String(Math.round(sum * 1000) / 1000);
}

/** Moves to another step, or hands in behind the last one. */
function go(from, by) {
  const next = steps[from + by];
  if (next) {
    next.focus();
    next.select();
  } else if (by > 0) {
    const open = steps.find((step) => Number.isNaN(pointsOf(step)));
    if (open) open.focus();
    else form.requestSubmit();
  }
}

const MOVES = { Enter: 1, ArrowDown: 1, ArrowUp: -1 };

form?.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.metaKey) return;
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    go(steps.length - 1, 1);
    return;
  }
  const index = steps.indexOf(event.target);
  if (index < 0 || event.ctrlKey) return;
  if (event.key === "=") {
    event.preventDefault();
    steps[index].value = steps[index].dataset.most;
    add();
  } else if (event.key in MOVES) {
    event.preventDefault();
    if (event.key !== "ArrowDown" || index + 1 < steps.length) go(index, MOVES[event.key]);
  }
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.code !== "KeyZ" || event.repeat) return;
  event.preventDefault();
  document.querySelector("[data-marking-undo]")?.requestSubmit();
});

let isSent = false;
form?.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
});
// The browser's way back shows the page as it was left: it can be sent again, and the server decides.
addEventListener("pageshow", () => { isSent = false; });
form?.addEventListener("input", add);
if (form) {
  add();
  // Where answer and rubric stand side by side one types at once; on a phone the answer is read first.
  const isWrong = steps.some((step) => step.autofocus);
  if (!isWrong && matchMedia("(min-width: 1024px)").matches) steps[0].focus({ preventScroll: true });
}
