/* The controls of items: reads a response from an item's fields, writes one into them, strikes options
   out, clears. A response is the canonical value of the item's kind; null is “withdrawn”. */

import { say } from "./words.js";

const TYPING_MS = 400;

export function readResponse(article) {
  const { kind } = article.dataset;
  if (kind === "blank" || kind === "numeric") {
    const texts = [...article.querySelectorAll("[data-blank]")].map((field) => field.value.trim());
    if (texts.every((text) => !text)) return null;
    return kind === "numeric" ? texts[0] : texts;
  }
  const chosen = [...article.querySelectorAll("input:checked")].map((input) => input.value);
  if (kind === "multiple") return chosen.length ? chosen.sort() : null;
  return chosen[0] ?? null;
}

export function writeResponse(article, response) {
  const { kind } = article.dataset;
  if (kind === "blank" || kind === "numeric") {
    const texts = Array.isArray(response) ? response : [response ?? ""];
    article.querySelectorAll("[data-blank]").forEach((field, i) => {
      if (field.value.trim() !== (texts[i] ?? "")) field.value = texts[i] ?? "";
    });
    return;
  }
  const chosen = new Set([response].flat());
  for (const input of article.querySelectorAll("input")) input.checked = chosen.has(input.value);
}

/** A response in words, as a person reads it: “B  0.905”, “甲；乙”. */
export function responseInWords(article, response) {
  if (response === null || response === undefined) return say("no_answer");
  if (["blank", "numeric"].includes(article?.dataset.kind) || !article) return [response].flat().map((text) => text || say("blank_empty")).join(say("blank_join"));
  return [response].flat().map((value) => optionInWords(article, value)).join(say("blank_join"));
}

function optionInWords(article, value) {
  const row = [...article.querySelectorAll("[data-option]")].find((option) => option.dataset.option === value);
  if (!row) return value;
  const part = (name) => row.querySelector(name).textContent.trim();
  return `${part(".qa-opt__k")} ${part(".qa-opt__t")}`;
}

/** Makes one item answerable: change(position, response) is called for each change, text after a rest. */
export function mountItem(article, { change, flushers }) {
  const position = Number(article.dataset.position);
  let timer = null;
  const take = () => {
    clearTimeout(timer);
    timer = null;
    showClear(article);
    change(position, readResponse(article));
  };
  const flush = () => { if (timer !== null) take(); };
  flushers.add(flush);
  article.addEventListener("input", (event) => {
    if (!event.target.matches("[data-blank]")) return;
    clearTimeout(timer);
    timer = setTimeout(take, event.isComposing ? 10 * TYPING_MS : TYPING_MS);
  });
  article.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(take, TYPING_MS); });
  article.addEventListener("focusout", flush);
  article.addEventListener("change", (event) => {
    if (event.target.matches("[data-blank]")) flush();
    else { unstrike(event.target); take(); }
  });
  article.addEventListener("click", (event) => {
    const strike = event.target.closest("[data-strike]");
    if (strike) toggleStrike(strike);
    if (event.target.closest("[data-clear]")) {
      writeResponse(article, null);
      take();
      article.querySelector("input")?.focus();
    }
  });
}

export function showClear(article) {
  const button = article.querySelector("[data-clear]");
  if (button) button.hidden = readResponse(article) === null || article.hasAttribute("data-locked");
}

function toggleStrike(button) {
  const row = button.closest("[data-option]");
  const out = row.toggleAttribute("data-out");
  button.setAttribute("aria-pressed", String(out));
  button.textContent = say(out ? "restore" : "strike");
}

/** Choosing a struck option takes it back in. */
function unstrike(input) {
  const button = input.closest("[data-out]")?.querySelector("[data-strike]");
  if (button && input.checked) toggleStrike(button);
}

/** Nothing in this item can be changed any more. */
export function lockItem(article) {
  article.setAttribute("data-locked", "");
  for (const field of article.querySelectorAll("input, [data-strike]")) field.disabled = true;
  showClear(article);
}

/** The nth option, as a key chooses it; false when there is none. */
export function pressOption(article, index) {
  const input = article.querySelectorAll("[data-option] input")[index];
  if (!input || input.disabled) return false;
  input.focus();
  if (!(input.type === "radio" && input.checked)) input.click();
  return true;
}

/** Wide tables and formulas scroll inside the stem; those that do are reached by Tab. */
export function reachScrollers(article) {
  for (const wide of article.querySelectorAll(".qa-q__stem :is(table, pre, math[display=block])")) {
    if (wide.scrollWidth > wide.clientWidth + 1) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}
