/* The room's calculator: typed or pressed, beside the paper. It sends nothing and keeps nothing. */

import { calculate, show } from "./calculate.js";
import { say } from "./words.js";

/** Returns what opens and closes it; null where the rules give none. */
export function startCalculator() {
  const panel = document.getElementById("calculator");
  if (!panel) return null;
  const field = panel.querySelector("input");
  const result = panel.querySelector("output");
  let back = null;

  function toggle() {
    panel.hidden = !panel.hidden;
    if (!panel.hidden) {
      back = document.activeElement;
      field.focus();
    } else back?.focus?.();
  }

  function type(text) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    preview();
  }

  function preview() {
    const value = calculate(field.value);
    result.value = value === null ? "" : `= ${show(value)}`;
  }

  function settle() {
    const value = calculate(field.value);
    if (value === null) result.value = field.value.trim() ? say("calc_bad") : "";
    else {
      result.value = `${field.value.trim()} =`;
      field.value = show(value);
    }
  }

  function erase() {
    if (field.selectionStart === field.selectionEnd && field.selectionStart > 0) {
      field.setSelectionRange(field.selectionStart - 1, field.selectionStart);
    }
    type("");
  }

  const acts = { settle, erase, clear: () => { field.value = ""; preview(); }, close: toggle };
  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.dataset.type) type(button.dataset.type);
    else acts[button.dataset.act]?.();
  });
  field.addEventListener("input", preview);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle();
    else if (event.target === field && ["Enter", "="].includes(event.key)) settle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  for (const opener of document.querySelectorAll("[data-calculator]")) {
    opener.addEventListener("click", () => { opener.closest("dialog")?.close(); toggle(); });
  }
  return toggle;
}
