/* The small toolbar: what it writes into the text last worked on, in a way that the browser can undo. */

const TABLE = "\n\n| 项目 | 数值 |\n| --- | --- |\n|  |  |\n\n";

/** Writes over the selection; execCommand keeps the browser's own undo, which value= would empty. */
export function write(control, text, from, to) {
  control.focus();
  const start = control.selectionStart;
  if (!document.execCommand("insertText", false, text)) {
    control.setRangeText(text, control.selectionStart, control.selectionEnd, "end");
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (from !== undefined) control.setSelectionRange(start + from, start + to);
}

export class Toolbar {
  #last = null;

  constructor(form) {
    this.form = form;
    form.addEventListener("focusin", ({ target }) => {
      if (target.matches("textarea[data-markdown], textarea.qe-line")) this.#last = target;
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-write]");
      if (button) this.#press(button.dataset.write);
    });
  }

  get target() {
    return this.#last?.isConnected ? this.#last : (this.form.elements.namedItem("stem") ?? this.form.querySelector("[data-markdown]"));
  }

  #press(what) {
    const control = this.target;
    const chosen = control.value.slice(control.selectionStart, control.selectionEnd);
    const around = (open, close) => write(control, open + chosen + close, open.length, open.length + chosen.length);
    if (what === "bold") around("**", "**");
    else if (what === "formula") around("$", "$");
    else if (what === "gap") write(control, "____");
    else if (what === "table") write(control, TABLE);
  }
}
