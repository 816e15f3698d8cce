/* Steps to be put in order: each is moved up and down by buttons, and its new place is told. The order is
   an answer once something was moved or the order was confirmed. */

import { say } from "./words.js";

export const listSteps = (root) => [...root.querySelectorAll("[data-steps] > [data-option]")];
export const isOrdered = (root) => root.hasAttribute("data-ordered");

/** Puts the steps as the response says; without one, as the form gave them, and unanswered. */
export function writeOrder(root, response) {
  const steps = listSteps(root);
  root.dataset.first ??= JSON.stringify(steps.map((step) => step.dataset.option));
  const order = response ?? JSON.parse(root.dataset.first);
  const list = root.querySelector("[data-steps]");
  if (steps.some((step, i) => step.dataset.option !== order[i])) {
    list.append(...order.map((value) => steps.find((step) => step.dataset.option === value)).filter(Boolean));
  }
  root.toggleAttribute("data-ordered", Boolean(response));
  paintOrder(root);
}

export function paintOrder(root) {
  const steps = listSteps(root);
  steps.forEach((step, i) => {
    step.querySelector("[data-place]").textContent = String(i + 1);
    step.querySelector("[data-move='-1']").disabled = i === 0 || isLocked(root);
    step.querySelector("[data-move='1']").disabled = i === steps.length - 1 || isLocked(root);
  });
  root.querySelector("[data-unordered]").hidden = isOrdered(root) || isLocked(root);
}

/** A click inside an item: true when it moved a step or confirmed the order. */
export function orderBy(target) {
  const button = target.closest("[data-move], [data-keep-order]");
  if (!button) return false;
  const root = button.closest("[data-reads]");
  if (button.matches("[data-move]")) move(root, button);
  root.setAttribute("data-ordered", "");
  paintOrder(root);
  if (button.matches("[data-move]")) keepFocus(button);
  else root.querySelector("[data-move]:not(:disabled)")?.focus();
  return true;
}

function move(root, button) {
  const step = button.closest("[data-option]");
  if (button.dataset.move === "-1") step.previousElementSibling?.before(step);
  else step.nextElementSibling?.after(step);
  const steps = listSteps(root);
  root.querySelector("[data-moved]").textContent = say("moved_to", {
    step: step.querySelector(".qa-opt__t").textContent.trim(), n: steps.indexOf(step) + 1, total: steps.length,
  });
}

/** The step takes the focus with it; at an end only the way back is left. */
function keepFocus(button) {
  const step = button.closest("[data-option]");
  (button.disabled ? step.querySelector("[data-move]:not(:disabled)") : button)?.focus();
}

const isLocked = (root) => root.closest("[data-locked]") !== null;
