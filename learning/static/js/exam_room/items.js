/* The controls of items: takes responses from an item's fields as they change, writes one into them,
   strikes options out, clears, locks. How a response is read stands in readers.js. */

import { orderBy, paintOrder } from "./ordering.js";
import { controlsOf, read, words, write } from "./readers.js";
import { say } from "./words.js";

const TYPING_MS = 400;
const WRITING_MS = 1500; // a text of some length is sent whole each time: fewer, longer rests
const FIELDS = "input, textarea, select, [data-strike], [data-keep-order]";

export const readResponse = (article) => read(controlsOf(article));

export function writeResponse(article, response) {
  write(controlsOf(article), response);
}

/** A response in words; without its item (not revealed yet) the bare values. */
export function responseInWords(article, response) {
  if (article) return words(controlsOf(article), response);
  if (response === null || response === undefined) return say("no_answer");
  return [response].flat(3).map((text) => text || say("blank_empty")).join(say("blank_join"));
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
  article.addEventListener("filled", ({ target }) => countCharacters(target));
  article.addEventListener("input", ({ target, isComposing }) => {
    if (!target.matches("[data-field]")) return;
    countCharacters(target);
    clearTimeout(timer);
    const rest = target.matches("textarea") ? WRITING_MS : TYPING_MS;
    timer = setTimeout(take, isComposing ? 10 * TYPING_MS : rest);
  });
  article.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(take, TYPING_MS); });
  article.addEventListener("focusout", flush);
  article.addEventListener("change", (event) => {
    if (event.target.matches("[data-field]")) flush();
    else if (!event.target.matches("[data-scratch]")) { unstrike(event.target); take(); }
  });
  article.addEventListener("click", (event) => {
    const strike = event.target.closest("[data-strike]");
    if (strike) toggleStrike(strike);
    if (orderBy(event.target)) take();
    if (event.target.closest("[data-clear]")) {
      writeResponse(article, null);
      take();
      controlsOf(article).querySelector("input, textarea, select, [data-move]:not(:disabled)")?.focus();
    }
  });
}

export function showClear(article) {
  const button = article.querySelector("[data-clear]");
  if (button) button.hidden = readResponse(article) === null || article.hasAttribute("data-locked");
}

export const isStruck = (row) => row.hasAttribute("data-out");

/** Strikes an option out, or takes it back in. */
export function setStruck(row, out) {
  const button = row.querySelector("[data-strike]");
  if (!button) return;
  row.toggleAttribute("data-out", out);
  button.setAttribute("aria-pressed", String(out));
  button.textContent = say(out ? "restore" : "strike");
}

function toggleStrike(button) {
  const row = button.closest("[data-option]");
  setStruck(row, !isStruck(row));
  row.dispatchEvent(new CustomEvent("struck", { bubbles: true }));
}

/** Choosing a struck option takes it back in. */
function unstrike(input) {
  const button = input.closest("[data-out]")?.querySelector("[data-strike]");
  if (button && input.checked) toggleStrike(button);
}

/** Nothing in this item can be changed any more. */
export function lockItem(article) {
  article.setAttribute("data-locked", "");
  enable(article);
}

/** It can be changed again. */
export function unlockItem(article) {
  article.removeAttribute("data-locked");
  enable(article);
}

function enable(article) {
  const isLocked = article.hasAttribute("data-locked");
  for (const field of article.querySelectorAll(FIELDS)) field.disabled = isLocked;
  for (const order of article.querySelectorAll("[data-reads=order]")) paintOrder(order);
  showClear(article);
}

/** A long answer tells how long it has become. */
function countCharacters(field) {
  if (field.matches("[data-counted]")) field.parentElement.querySelector("[data-characters]").textContent = String(field.value.length);
}

/** The nth option, as a key chooses it; false when there is none. */
export function pressOption(article, index) {
  const input = article.querySelectorAll(":scope > [data-reads] > [data-option] input")[index];
  if (!input || input.disabled) return false;
  input.focus();
  if (!(input.type === "radio" && input.checked)) input.click();
  return true;
}

/** Strikes the nth option out or takes it back; false when there is none. */
export function strikeOption(article, index) {
  const button = article.querySelectorAll(":scope > [data-reads] > [data-option]")[index]?.querySelector("[data-strike]");
  if (!button || button.disabled) return false;
  toggleStrike(button);
  return true;
}

/** Wide tables and formulas scroll inside the stem, a long stimulus in its frame; those that do are reached by Tab. */
export function reachScrollers(article) {
  for (const wide of article.querySelectorAll(".qa-q__stem :is(table, pre, math[display=block]), .qa-stimulus .qa-q__stem")) {
    if (wide.scrollWidth > wide.clientWidth + 1 || wide.scrollHeight > wide.clientHeight + 1) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}
