/* Rows of options, answers, pairs and rubric lines: add, remove, move by button, key and drag; several
   pasted lines become several rows. The order on the page is the order that is sent. */

import { say } from "./words.js";
import { splitLines } from "./pasting.js";

const MOST = { o: 26, a: 20, m: 26, r: 20, x: 60 };
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const kindOf = (list) => list.dataset.rows.split(".").at(-1);
const rowsOf = (list) => [...list.children];
const textsOf = (row) => [...row.querySelectorAll("textarea, input:not([type=radio], [type=checkbox], [type=hidden])")];

export class Rows {
  /** `before(words)` is called before a change, `after()` when it is done. */
  constructor(fields, { before, after, announce }) {
    this.fields = fields;
    this.before = before;
    this.after = after;
    this.announce = announce;
    fields.addEventListener("click", (event) => this.#click(event));
    fields.addEventListener("keydown", (event) => this.#key(event));
    fields.addEventListener("paste", (event) => this.#paste(event));
    fields.addEventListener("pointerdown", (event) => this.#grab(event));
    this.relabelAll();
  }

  #click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const row = button.closest(".qe-row");
    if (button.dataset.add !== undefined) {
      event.preventDefault();
      this.add(button.dataset.add);
    } else if (row && button.dataset.move) {
      event.preventDefault();
      this.move(row, Number(button.dataset.move), button);
    } else if (row && button.dataset.remove !== undefined) {
      event.preventDefault();
      this.remove(row);
    }
  }

  #key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest(".qe-row");
    if (event.isComposing || !row) return;
    if (event.altKey && step) {
      event.preventDefault();
      this.move(row, step, event.target);
    } else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && event.target.matches("textarea, input")) {
      event.preventDefault();
      const next = row.nextElementSibling;
      if (next) textsOf(next)[0]?.focus();
      else this.add(row.parentElement.dataset.rows);
    }
  }

  listOf(name) { return this.fields.querySelector(`[data-rows="${name}"]`); }

  /** Adds an empty row; one that only follows from what is typed is not noted and takes no focus. */
  add(name, { isNoted = true, isFocused = true } = {}) {
    const list = this.listOf(name);
    const template = this.fields.querySelector(`[data-template="${name}"]`);
    if (!template || list.children.length >= MOST[kindOf(list)]) {
      this.announce(say("no_more_rows"));
      return null;
    }
    if (isNoted) this.before(say("step_add"));
    const token = String(Math.max(-1, ...rowsOf(list).map((row) => Number(row.dataset.row))) + 1);
    const row = template.content.firstElementChild.cloneNode(true);
    for (const node of [row, ...row.querySelectorAll("*")]) {
      for (const { name: attribute, value } of [...node.attributes]) {
        if (value.includes("__")) node.setAttribute(attribute, value.replaceAll("__", token));
      }
    }
    list.append(row);
    this.relabel(list);
    if (isFocused) textsOf(row)[0]?.focus();
    if (isNoted) this.after();
    return row;
  }

  /** Gives every gap of a stem a row for its answer. */
  followGaps() {
    for (const shape of this.fields.querySelectorAll("input[name$=shape][value=blank]")) {
      const prefix = shape.name.replace(/shape$/, "");
      const stem = this.fields.querySelector(`textarea[name="${prefix}stem"]`).value;
      const gaps = Math.min(MOST.a, stem.replace(/`[^`]*`|\$\$?[^$]*\$\$?/g, "").match(/_{4,}/g)?.length ?? 0);
      const list = this.listOf(`${prefix}a`);
      while (list && list.children.length < gaps) this.add(`${prefix}a`, { isNoted: false, isFocused: false });
    }
  }

  remove(row) {
    const list = row.parentElement;
    this.before(say("step_remove", { what: this.#nameOf(row) }));
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.relabel(list);
    const after = next ? textsOf(next)[0] : this.fields.querySelector(`[data-add="${list.dataset.rows}"]`);
    after?.focus();
    this.after();
  }

  move(row, step, focused) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    this.before(say("step_move"));
    if (step < 0) other.before(row);
    else other.after(row);
    this.relabel(row.parentElement);
    focused?.focus();
    const rows = rowsOf(row.parentElement);
    this.announce(say("moved", { n: rows.indexOf(row) + 1, total: rows.length }));
    this.after();
  }

  #nameOf(row) {
    return textsOf(row)[0]?.getAttribute("aria-label") ?? "";
  }

  relabelAll() {
    for (const list of this.fields.querySelectorAll("[data-rows]")) this.relabel(list);
  }

  /** Letters, numbers and spoken labels follow the order. */
  relabel(list) {
    const template = this.fields.querySelector(`[data-template="${list.dataset.rows}"]`);
    if (!template) return;
    const patterns = textsOf(template.content).map((control) => control.getAttribute("aria-label"));
    const isLettered = kindOf(list) === "o";
    rowsOf(list).forEach((row, index) => {
      const sign = isLettered ? LETTERS[index] ?? "?" : String(index + 1);
      textsOf(row).forEach((control, n) => control.setAttribute("aria-label", patterns[n].replace("{}", sign)));
      for (const mark of row.querySelectorAll("[data-label]")) mark.setAttribute("aria-label", mark.dataset.label.replace("{}", sign));
      const shown = row.querySelector(".qe-letter, .qe-number");
      if (shown) shown.textContent = sign;
    });
  }

  #paste(event) {
    const row = event.target.closest(".qe-row");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!row || !event.target.matches("textarea")) return;
    const list = row.parentElement;
    const lines = splitLines(text, kindOf(list) === "o");
    if (lines.length < 2) return;
    event.preventDefault();
    this.before(say("step_paste"));
    const column = textsOf(row).indexOf(event.target);
    let here = row;
    let done = 0;
    for (const line of lines) {
      if (done) {
        const next = here.nextElementSibling;
        const isFree = next && textsOf(next).every((control) => !control.value);
        const added = isFree ? next : this.add(list.dataset.rows, { isNoted: false });
        if (!added) break;
        here.after(added);
        here = added;
      }
      const control = textsOf(here)[column];
      const isReplaced = done || !control.value || control.selectionStart !== control.selectionEnd;
      control.value = isReplaced ? line : control.value + line;
      done += 1;
    }
    this.relabel(list);
    textsOf(here)[column].focus();
    this.announce(done < lines.length ? say("pasted_cut", { n: done, total: lines.length }) : say("pasted", { n: done }));
    this.after();
  }

  #grab(event) {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    const row = grip.closest(".qe-row");
    const list = row.parentElement;
    this.before(say("step_move"));
    row.dataset.dragged = "";
    grip.setPointerCapture(event.pointerId);
    const drag = ({ clientY }) => {
      const after = rowsOf(list).find((other) => {
        const box = other.getBoundingClientRect();
        return other !== row && clientY < box.top + box.height / 2;
      });
      if (after ? after.previousElementSibling !== row : list.lastElementChild !== row) {
        pass(row, after ?? null);
        this.relabel(list);
      }
    };
    const drop = () => {
      grip.removeEventListener("pointermove", drag);
      delete row.dataset.dragged;
      this.after();
    };
    grip.addEventListener("pointermove", drag);
    grip.addEventListener("lostpointercapture", drop, { once: true });
  }
}

/* Lets a row come to stand before another (null: last) by moving those between: a row that is itself
   taken out and put in again lets go of the pointer that drags it. */
function pass(row, after) {
  const isUp = after !== null && (row.compareDocumentPosition(after) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
  while (row.nextElementSibling !== after) {
    if (isUp) row.after(row.previousElementSibling);
    else row.before(row.nextElementSibling);
  }
}
