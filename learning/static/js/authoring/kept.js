/* What is typed stays on this computer until the server has it: a lost network, a closed window or a
   browser that ends loses nothing. What was saved is forgotten here at once. */

import { say } from "../editor/words.js";

export class Kept {
  constructor(form, text, { taken }) {
    this.text = text;
    this.key = `course-text:${form.elements.namedItem("item").value}:${form.elements.namedItem("path").value}`;
    this.box = document.getElementById("kept");
    const found = this.#read();
    if (found && found.text !== text.value) {
      this.box.querySelector("[data-words]").textContent = say("kept", { at: found.at });
      this.box.hidden = false;
    } else {
      this.forget();
    }
    this.box.querySelector("[data-take]").addEventListener("click", () => {
      text.value = found.text;
      this.box.hidden = true;
      text.focus();
      taken();
    });
    this.box.querySelector("[data-drop]").addEventListener("click", () => {
      this.box.hidden = true;
      this.forget();
      text.focus();
    });
  }

  keep() {
    if (!this.box.hidden) return; // an older text still waits for a decision
    const at = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    try {
      localStorage.setItem(this.key, JSON.stringify({ text: this.text.value, at }));
    } catch {
      // no room, or none allowed: the page itself still has it
    }
  }

  forget() {
    if (!this.box.hidden) return;
    try {
      localStorage.removeItem(this.key);
    } catch {
      // nothing was kept either
    }
  }

  #read() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key));
      return typeof found?.text === "string" ? found : null;
    } catch {
      return null;
    }
  }
}
