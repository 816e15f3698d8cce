/* The editor of a course's file: puts its parts together. Without it the page works as a form post. */

import { Conflict } from "../editor/conflict.js";
import { Pictures } from "../editor/pictures.js";
import { Saving } from "../editor/saving.js";
import { Toolbar } from "../editor/toolbar.js";
import { Kept } from "./kept.js";
import { Lines } from "./lines.js";
import { Preview } from "./preview.js";
import { pasteRich } from "./rich_paste.js";

const form = document.querySelector("form[data-editor]");
const text = form.elements.namedItem("text");

document.documentElement.dataset.live = "";

const dataOf = () => new FormData(form);
const lines = new Lines(text);
const onFindings = (found) => lines.show(found);
const preview = new Preview(form, { onFindings, dataOf });
const kept = new Kept(form, text, { taken: () => changed() });
const saving = new Saving(form, {
  dataOf,
  onFindings: () => {}, // the preview tells
  onConflict: (body) => conflict.show(body),
  onCreated: () => {},
  onSaved: () => kept.forget(),
});
const conflict = new Conflict(form, {
  saving,
  loaded: (theirs) => {
    kept.keep(); // what gives way can still be had back
    text.value = theirs;
    preview.soon();
  },
});
const toolbar = new Toolbar(form);
new Pictures(form, toolbar);
if ("lesson" in form.dataset) pasteRich(text);

function changed() {
  kept.keep();
  saving.changed();
  preview.soon();
}

form.addEventListener("input", changed);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void saving.now();
});
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  void saving.now();
});
const asked = Number(new URLSearchParams(location.search).get("line"));
if (asked > 0) lines.go(asked);
void preview.now();
