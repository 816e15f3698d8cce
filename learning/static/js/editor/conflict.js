/* Somebody else saved meanwhile: the two versions are chosen between, neither is lost. */

import { post } from "./post.js";
import { say } from "./words.js";

export class Conflict {
  #theirs = null;

  constructor(form, { saving, loaded }) {
    this.form = form;
    this.saving = saving;
    this.loaded = loaded;
    this.box = document.getElementById("conflict");
    this.box.querySelector("[data-theirs]").addEventListener("click", () => this.#take());
    this.box.querySelector("[data-mine]").addEventListener("click", () => this.#end(true));
  }

  show({ revision, who, at }) {
    this.#theirs = revision;
    this.box.querySelector("[data-words]").textContent = say("conflict", { who, at });
    this.box.hidden = false;
    this.box.focus();
  }

  /** Shows what the other one wrote; what stood here comes back by undo. */
  async #take() {
    const data = new FormData(this.form);
    data.set("act", "theirs");
    try {
      const { html, revision } = await post(this.form.getAttribute("action"), data);
      this.#theirs = revision;
      this.loaded(html);
      this.#end(false);
    } catch {
      this.box.querySelector("[data-words]").textContent = say("act_failed");
    }
  }

  #end(isMine) {
    this.box.hidden = true;
    this.saving.settle(this.#theirs, isMine);
  }
}
