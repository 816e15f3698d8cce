/* What is wrong, beside the fields and in the list above the preview. */

import { say } from "./words.js";

const idOf = (name) => `e-${name.replaceAll(".", "-")}`;

export class Findings {
  constructor(form) {
    this.form = form;
    this.list = document.getElementById("findings");
    this.count = document.getElementById("findings-count");
    this.submit = document.querySelector("[data-submit-review]");
    this.list.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      this.#go(link.dataset.name);
    });
  }

  #go(name) {
    const control = this.form.elements.namedItem(name);
    const target = control instanceof RadioNodeList ? control[0] : control;
    const place = target ?? document.getElementById(idOf(name))?.closest("fieldset, .qa-field")?.querySelector("input:not([type=hidden]), textarea, button");
    place?.closest("details")?.setAttribute("open", "");
    place?.focus();
    place?.scrollIntoView({ block: "center" });
  }

  /** Shows the findings of the newest check: [{name, message, is_remark, is_missing}]. */
  show(findings) {
    const byName = Map.groupBy ? Map.groupBy(findings, ({ name }) => name) : new Map();
    if (!Map.groupBy) for (const each of findings) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
    for (const place of this.form.querySelectorAll("[data-errors]")) {
      const here = byName.get(place.dataset.errors) ?? [];
      const lines = here.map(({ message, lang, is_remark, is_missing }) => {
        const line = document.createElement("p");
        line.className = is_missing ? "qe-missing" : is_remark ? "qe-remark" : "qa-field__error";
        line.textContent = message;
        line.lang = lang;
        return line;
      });
      if (place.textContent !== here.map(({ message }) => message).join("")) place.replaceChildren(...lines);
      const control = this.form.querySelector(`[aria-describedby="${CSS.escape(place.id)}"]`);
      if (here.some(({ is_remark, is_missing }) => !is_remark && !is_missing)) control?.setAttribute("aria-invalid", "true");
      else control?.removeAttribute("aria-invalid");
    }
    this.#list(findings);
  }

  #list(findings) {
    const wrong = findings.filter(({ is_remark }) => !is_remark).length;
    this.list.replaceChildren(...findings.map(({ name, message, lang, is_remark, is_missing }) => {
      const item = document.createElement("li");
      const mark = document.createElement("a");
      mark.className = "qa-mark";
      mark.dataset.s = is_missing ? "none" : is_remark ? "due" : "over";
      mark.dataset.name = name;
      mark.href = `#${idOf(name)}`;
      mark.textContent = message;
      mark.lang = lang;
      item.append(mark);
      return item;
    }));
    const words = wrong ? say("to_mend", { n: wrong }) : say("nothing_to_mend");
    if (this.count.textContent !== words) this.count.textContent = words;
    if (this.submit) this.submit.setAttribute("aria-disabled", String(wrong > 0));
  }
}
