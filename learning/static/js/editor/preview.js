/* The item as candidates see it, drawn by the server a moment after the last change; an answer that
   was overtaken by a newer one is never shown. Parametric items show chosen variants. */

import { post } from "./post.js";
import { say } from "./words.js";

const WAIT_MS = 450;
const SEVERAL = 3;

export class Preview {
  #timer = null;
  #request = null;
  #number = 0;
  #variants = [];
  #allowed = [];

  constructor(form, { onFindings, dataOf }) {
    this.form = form;
    this.url = form.dataset.preview;
    this.onFindings = onFindings;
    this.dataOf = dataOf;
    this.box = document.getElementById("preview");
    this.status = document.getElementById("preview-status");
    this.draws = document.getElementById("variants");
    document.querySelector("[data-width]")?.addEventListener("click", ({ currentTarget }) => {
      this.box.toggleAttribute("data-phone");
      currentTarget.setAttribute("aria-pressed", String(this.box.hasAttribute("data-phone")));
    });
    const key = document.querySelector("[data-show-key]");
    key?.addEventListener("change", () => { this.box.toggleAttribute("data-key", key.checked); });
    this.draws.addEventListener("click", (event) => {
      const step = event.target.closest("[data-draw-step]")?.dataset.drawStep;
      if (step) this.#choose(step);
    });
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
    const number = ++this.#number;
    const data = this.dataOf();
    data.set("variants", this.#variants.join(" "));
    try {
      const reply = await post(this.url, data, request.signal);
      if (number !== this.#number) return;
      this.#show(reply);
    } catch (error) {
      if (error.name === "AbortError" || number !== this.#number) return;
      this.status.textContent = say(error.status === 400 ? "preview_refused" : "preview_lost");
    }
  }

  #show({ html, findings, variants, allowed }) {
    this.box.innerHTML = html; // made by our own templates, sanitised there
    this.status.textContent = "";
    this.#variants = variants;
    this.#allowed = allowed;
    this.draws.hidden = !allowed.length;
    this.draws.querySelector("[data-variant]").textContent = say("variant", { n: variants.join("、"), total: allowed.length });
    this.onFindings(findings);
  }

  #choose(step) {
    const { length } = this.#allowed;
    if (!length) return;
    const at = Math.max(0, this.#allowed.indexOf(this.#variants[0]));
    if (step === "several") {
      const start = Math.floor(Math.random() * length);
      const stride = Math.max(1, Math.floor(length / SEVERAL));
      const picks = Array.from({ length: Math.min(SEVERAL, length) }, (_, n) => this.#allowed[(start + n * stride) % length]);
      this.#variants = [...new Set(picks)];
    } else {
      this.#variants = [this.#allowed[(at + Number(step) + length) % length]];
    }
    void this.now();
  }
}
