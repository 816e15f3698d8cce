/* What is wrong with the text, each a way to its line. */

import { say } from "../editor/words.js";

export class Lines {
  constructor(text) {
    this.text = text;
    this.list = document.getElementById("findings");
    this.count = document.getElementById("findings-count");
    this.list.addEventListener("click", (event) => {
      const link = event.target.closest("[data-line]");
      if (!link) return;
      event.preventDefault();
      this.go(Number(link.dataset.line));
    });
  }

  show(findings) {
    this.list.replaceChildren(...findings.map(({ line, message }) => {
      const item = document.createElement("li");
      if (line) {
        const link = document.createElement("a");
        Object.assign(link, { href: "#text", className: "num", textContent: say("line", { n: line }) });
        link.dataset.line = line;
        item.append(link, " ");
      }
      const words = document.createElement("span");
      words.lang = "zh-CN";
      words.textContent = message;
      item.append(words);
      return item;
    }));
    const said = findings.length ? say("to_mend", { n: findings.length }) : say("nothing_to_mend"); // an empty list is hidden
    if (this.count.textContent !== said) this.count.textContent = said;
    if (findings.length) this.text.setAttribute("aria-invalid", "true");
    else this.text.removeAttribute("aria-invalid");
  }

  /** Selects a line and brings it into view. */
  go(number) {
    const all = this.text.value.split("\n");
    const start = all.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    this.text.focus();
    this.text.setSelectionRange(start, start + (all[number - 1]?.length ?? 0));
    this.text.scrollTop = Math.max(0, this.#heightOf(all.slice(0, number - 1).join("\n")) - this.text.clientHeight / 3);
  }

  /** The height that a text takes as the field wraps it: lines of a lesson are paragraphs. */
  #heightOf(above) {
    const mirror = this.text.cloneNode();
    for (const name of ["id", "name", "aria-describedby"]) mirror.removeAttribute(name);
    mirror.classList.add("qau-mirror");
    mirror.style.width = `${this.text.offsetWidth}px`;
    mirror.tabIndex = -1;
    mirror.value = above;
    this.text.after(mirror);
    const height = mirror.scrollHeight;
    mirror.remove();
    return height;
  }
}
