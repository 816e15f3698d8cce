/* Keying by keyboard: a letter moves on where one is the answer, Enter goes on and saves at the end. */

const form = document.querySelector("[data-keying-sheet], [data-keying-which]");
const sheet = document.querySelector("[data-keying-sheet]");
let isSent = false;

/** Returns the fields that Enter walks through. */
function fieldsOf() {
  const wanted = sheet ? "input[name^=line-]" : "input.form-control";
  return [...form.querySelectorAll(wanted)];
}

/** Moves to another field, or sends the form behind the last one. */
function go(from, by) {
  const fields = fieldsOf();
  const next = fields[fields.indexOf(from) + by];
  if (next) {
    next.focus();
    next.select();
  } else if (by > 0) form.requestSubmit();
}

/** Tells whether something was typed that is not kept yet. */
function isTouched() {
  return sheet !== null && fieldsOf().some((field) => field.value !== field.defaultValue);
}

const MOVES = { Enter: 1, ArrowDown: 1, ArrowUp: -1 };

if (form) {
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    const fields = fieldsOf();
    const at = fields.indexOf(event.target);
    if (at < 0 || event.ctrlKey || !(event.key in MOVES)) return;
    event.preventDefault();
    if (event.key === "Enter" || fields[at + MOVES[event.key]]) go(event.target, MOVES[event.key]);
  });
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (event.isComposing || !("movesOn" in field.dataset)) return;
    const fields = fieldsOf();
    if (field.value.length === 1 && field !== fields[fields.length - 1]) go(field, 1);
  });
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  window.addEventListener("pageshow", () => {
    isSent = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && isTouched()) event.preventDefault();
  });
  if (!sheet) form.querySelector("input[name=candidate]")?.focus();
}

const settle = document.querySelector("[data-keying-settle]");
settle?.addEventListener("input", (event) => {
  const { name } = event.target;
  if (!name.startsWith("other-")) return;
  const pick = `pick-${name.slice("other-".length)}`;
  for (const radio of settle.elements[pick]) radio.checked = radio.value === "other";
});
