/* Pictures: chosen, dropped or pasted; described; stored; then written into the text as Markdown. */

import { post } from "./post.js";
import { say } from "./words.js";
import { write } from "./toolbar.js";

const MOST_BYTES = 5 * 1024 * 1024;
const TYPES = "image/png image/jpeg image/gif image/webp";

/** Returns a text with the line breaks that make it a paragraph where the caret is. */
function alone(control, mark) {
  const before = control.value.slice(0, control.selectionStart);
  const after = control.value.slice(control.selectionEnd);
  const lead = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  return lead + mark + (after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n");
}

export class Pictures {
  #file = null;
  #control = null;
  #place = [0, 0];

  constructor(form, toolbar) {
    this.url = form.dataset.pictures;
    this.isAlone = "lesson" in form.dataset; // in a lesson a picture is a paragraph by itself
    this.types = new Set((form.dataset.pictureTypes ?? TYPES).split(" "));
    this.mostBytes = Number(form.dataset.pictureBytes ?? MOST_BYTES);
    this.dialog = document.getElementById("picture");
    this.alt = this.dialog.querySelector("[name=alt]");
    this.input = this.dialog.querySelector("[type=file]");
    this.status = this.dialog.querySelector("[role=status]");
    form.addEventListener("click", (event) => {
      if (event.target.closest("[data-picture]")) this.#open(null, toolbar.target);
    });
    form.addEventListener("paste", (event) => this.#take(event, event.clipboardData, toolbar));
    form.addEventListener("drop", (event) => this.#take(event, event.dataTransfer, toolbar));
    this.dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.dialog.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
  }

  #take(event, transfer, toolbar) {
    const file = [...(transfer?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (!file || !event.target.matches("textarea")) return;
    // Word and Excel lay a picture of what was copied beside its text: then the text is meant.
    if (transfer.getData("text/plain").trim()) return;
    event.preventDefault();
    this.#open(file, event.target.matches("[data-markdown], .qe-line") ? event.target : toolbar.target);
  }

  #open(file, control) {
    this.#file = file;
    this.#control = control;
    this.#place = [control.selectionStart, control.selectionEnd]; // a dialog takes the caret away
    this.input.value = "";
    this.alt.value = "";
    this.input.closest(".qa-field").hidden = file !== null;
    this.status.textContent = file ? file.name : "";
    this.dialog.showModal();
    (file ? this.alt : this.input).focus();
  }

  async #send() {
    const file = this.#file ?? this.input.files[0];
    const problem = !file ? "picture_none" : !this.types.has(file.type) ? "picture_type"
      : file.size > this.mostBytes ? "picture_size" : !this.alt.value.trim() ? "picture_alt" : null;
    if (problem) {
      this.status.textContent = say(problem);
      return;
    }
    this.status.textContent = say("picture_sending");
    const data = new FormData();
    data.set("picture", file);
    try {
      const { url } = await post(this.url, data);
      this.dialog.close();
      this.#control.setSelectionRange(...this.#place);
      const mark = `![${this.alt.value.trim().replace(/[[\]\n]/g, " ")}](${url})`;
      write(this.#control, this.isAlone ? alone(this.#control, mark) : mark);
    } catch (error) {
      this.status.textContent = say(error.status ? "picture_refused" : "picture_lost");
    }
  }
}
