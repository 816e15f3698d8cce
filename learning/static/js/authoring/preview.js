/* The lesson as learners see it, drawn by the server a moment after the last change; an answer that was
   overtaken by a newer one is never shown. */

import { post } from "../editor/post.js";
import { say } from "../editor/words.js";

const WAIT_MS = 450;

export class Preview {
  #timer = null;
  #request = null;

  constructor(form, { onFindings, dataOf }) {
    this.url = form.dataset.preview;
    this.onFindings = onFindings;
    this.dataOf = dataOf;
    this.box = document.getElementById("preview");
    this.status = document.getElementById("preview-status");
  }

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), WAIT_MS);
  }

  async now() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      const { html, findings } = await post(this.url, this.dataOf(), request.signal);
      if (request !== this.#request) return;
      this.#show(html);
      this.onFindings(findings);
    } catch (error) {
      if (error.name === "AbortError" || request !== this.#request) return;
      if (this.status) this.status.textContent = say(error.status === 400 ? "preview_refused" : "preview_lost");
    }
  }

  #show(html) {
    if (!this.box) return;
    if (html) this.box.innerHTML = html; // made by our own templates, sanitised there
    this.status.textContent = html ? "" : say("preview_none");
  }
}
