/* How the controls of an item become a response and back: one reader a way of answering, named by
   data-reads in the template of a kind, so that a new kind may reuse one. null is “withdrawn”. */

import { isOrdered, listSteps, writeOrder } from "./ordering.js";
import { say } from "./words.js";

const fields = (root) => [...root.querySelectorAll("[data-field]")];
const inputs = (root) => [...root.querySelectorAll("input")];
const chosen = (root) => inputs(root).filter((input) => input.checked).map((input) => input.value);
const join = (texts) => texts.map((text) => text || say("blank_empty")).join(say("blank_join"));

/** The element that says how an item, or a sub-item of a case, is read. */
export const controlsOf = (place) => place.querySelector("[data-reads]");

const partsOf = (root) => [...root.querySelectorAll("[data-part]")].map(controlsOf);

function check(root, values) {
  for (const input of inputs(root)) input.checked = values.includes(input.value);
}

/** A field keeps what is typed in it as long as it says the same: the cursor stays. */
function fill(root, texts) {
  fields(root).forEach((field, i) => {
    if (field.value.trim() !== (texts[i] ?? "")) field.value = texts[i] ?? "";
    field.dispatchEvent(new CustomEvent("filled", { bubbles: true }));
  });
}

function optionInWords(root, value) {
  const row = [...root.querySelectorAll("[data-option]")].find((option) => option.dataset.option === value);
  if (!row) return value;
  return [".qa-opt__k", ".qa-opt__t"].map((part) => row.querySelector(part).textContent.trim()).join(" ");
}

const optionsInWords = (root, response) => join([response].flat().map((value) => optionInWords(root, value)));

function stepInWords(root, value) {
  const step = listSteps(root).find((each) => each.dataset.option === value);
  return step ? step.querySelector(".qa-opt__t").textContent.trim() : value;
}

/** What a field says of a text: its own words, or those of the choice a list offers. */
function fieldInWords(field, text) {
  if (field?.tagName !== "SELECT" || !text) return text;
  const option = [...field.options].find((each) => each.value === text);
  return option ? option.textContent.trim() : text;
}

const READERS = {
  one: {
    read: (root) => chosen(root)[0] ?? null,
    write: (root, response) => check(root, [response]),
    words: optionsInWords,
  },
  many: {
    read: (root) => (chosen(root).length ? chosen(root).sort() : null),
    write: (root, response) => check(root, response ?? []),
    words: optionsInWords,
  },
  text: {
    read: (root) => fields(root)[0].value.trim() || null,
    write: (root, response) => fill(root, [response]),
    words: (root, response) => String(response),
  },
  texts: {
    read: (root) => {
      const texts = fields(root).map((field) => field.value.trim());
      return texts.some(Boolean) ? texts : null;
    },
    write: (root, response) => fill(root, response ?? []),
    words: (root, response) => join([response].flat().map((text, i) => fieldInWords(fields(root)[i], text))),
  },
  order: {
    read: (root) => (isOrdered(root) ? listSteps(root).map((step) => step.dataset.option) : null),
    write: writeOrder,
    words: (root, response) => [response].flat().map((value) => stepInWords(root, value)).join(say("step_join")),
  },
  parts: {
    read: (root) => {
      const responses = partsOf(root).map(read);
      return responses.some((response) => response !== null) ? responses : null;
    },
    write: (root, response) => partsOf(root).forEach((part, i) => write(part, response?.[i] ?? null)),
    words: (root, response) => partsOf(root)
      .map((part, i) => say("part", { n: i + 1, value: words(part, response[i]) })).join(say("blank_join")),
  },
};

function readerOf(root) {
  const reader = READERS[root.dataset.reads];
  if (!reader) throw new Error(`no reader is called ${root.dataset.reads}`);
  return reader;
}

export const read = (root) => readerOf(root).read(root);
export const write = (root, response) => readerOf(root).write(root, response);

/** A response in words, as a person reads it: “B  0.905”, “甲；乙”. */
export function words(root, response) {
  if (response === null || response === undefined) return say("no_answer");
  return readerOf(root).words(root, response);
}
