/* The item editor: puts its parts together. Without it the same page works as plain form posts. */

import { Conflict } from "./conflict.js";
import { Findings } from "./findings.js";
import { History } from "./history.js";
import { Keys } from "./keys.js";
import { Pictures } from "./pictures.js";
import { post } from "./post.js";
import { Preview } from "./preview.js";
import { Rows } from "./rows.js";
import { Saving } from "./saving.js";
import { Small } from "./small.js";
import { Tags } from "./tags.js";
import { Toolbar } from "./toolbar.js";
import { say } from "./words.js";

const form = document.querySelector("form[data-editor]");
const fields = document.getElementById("fields");
const announcer = document.getElementById("announcer");
const [undoButton, redoButton] = ["[data-undo]", "[data-redo]"].map((name) => document.querySelector(name));

document.documentElement.dataset.live = "";

const announce = (text) => { announcer.textContent = text; };
const dataOf = () => new FormData(form);

const findings = new Findings(form);
const onFindings = (found) => findings.show(found);
const preview = new Preview(form, { onFindings, dataOf });
const saving = new Saving(form, {
  dataOf, onFindings, onConflict: (body) => conflict.show(body),
  onCreated: () => preview.soon(), // what a parametric item draws depends on its code
});
const conflict = new Conflict(form, { saving, loaded: (html) => swap(html, say("step_theirs")) });
const history = new History(fields, () => {
  undoButton.disabled = !history.canUndo;
  redoButton.disabled = !history.canRedo;
});
const small = new Small(form);
const rows = new Rows(fields, { before: (words) => history.note(words), after: () => { history.settle(); changed(); }, announce });
const toolbar = new Toolbar(form);
new Pictures(form, toolbar);
new Tags(form);
new Keys({ save: () => saving.now(), preview: showPreview, undo, redo });

function changed() {
  small.paint();
  saving.changed();
  preview.soon();
}

/** Puts fields drawn by the server in place of those on the page; the focus stays where it was. */
function swap(html, words) {
  const focused = document.activeElement;
  const name = focused?.name;
  const value = focused?.value;
  history.note(words);
  fields.innerHTML = html; // made by our own templates
  fields.dataset.generation = String(Number(fields.dataset.generation) + 1);
  history.settle();
  rows.relabelAll();
  small.paint();
  const same = [...fields.querySelectorAll("[name]")].filter((control) => control.name === name);
  (same.find((control) => control.value === value) ?? same[0])?.focus();
}

/** Has the server draw the fields anew: another kind, another sub-item. */
async function act(what, words) {
  const data = dataOf();
  data.set("act", what);
  try {
    const { html } = await post(form.dataset.fields, data);
    swap(html, words);
    changed();
    if (what === "add:p") fields.querySelector(".qe-part:last-of-type textarea")?.focus();
  } catch {
    announce(say("act_failed"));
    return false;
  }
  return true;
}

function step(words, key) {
  if (words === null) return;
  rows.relabelAll();
  announce(say(key, { what: words }));
  changed();
}

function undo() { step(history.undo(), "undone"); }
function redo() { step(history.redo(), "redone"); }

function showPreview() {
  void preview.now();
  document.getElementById("preview-head").scrollIntoView({ block: "start" });
}

form.addEventListener("input", (event) => {
  if (event.target.matches("[data-kind]")) return;
  if (event.target.matches("[data-markdown]")) rows.followGaps();
  changed();
});
form.addEventListener("change", async (event) => {
  if (!event.target.matches("[data-kind]")) return;
  if (await act("kind", say("step_kind"))) return;
  for (const shape of fields.querySelectorAll("[name$=shape]")) {
    // what is drawn did not change: neither does the choice
    const kind = form.elements.namedItem(shape.name.replace(/shape$/, "kind"));
    kind.value = shape.value;
  }
});
fields.addEventListener("click", (event) => {
  const button = event.target.closest("[data-part-act]");
  if (!button) return;
  event.preventDefault();
  void act(button.value, say(button.value.startsWith("remove") ? "step_part_remove" : "step_part"));
});
undoButton.addEventListener("click", undo);
redoButton.addEventListener("click", redo);
form.addEventListener("submit", async (event) => {
  const what = event.submitter?.value;
  if (what === "save") {
    event.preventDefault();
    await saving.now();
    return;
  }
  if (what !== "submit") return;
  if (event.submitter.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    announce(say("mend_first"));
    document.querySelector("#findings a")?.focus();
    return;
  }
  event.preventDefault();
  await sendToReview();
});

/** Sends what is on the page to review once it is saved, so that the form's revision is the newest. */
async function sendToReview() {
  while (!(await saving.now())) {
    if (saving.isStuck) return; // the save line says why
    await new Promise((done) => { setTimeout(done, 200); });
  }
  saving.leaving();
  const act = document.createElement("input");
  Object.assign(act, { type: "hidden", name: "act", value: "submit" });
  form.append(act);
  form.submit();
}
small.paint();
void preview.now();
