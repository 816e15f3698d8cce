/* Notes for oneself and struck options: sealed on this device as drafts are, never sent, gone at hand-in. */

import { isStruck, setStruck } from "./items.js";

const REST_MS = 500;

export class Scratch {
  #timer = null;

  constructor(session) {
    this.session = session;
    this.notes = session.notes.scratch ?? {};
    this.struck = session.notes.struck ?? {};
    const paper = document.getElementById("paper");
    paper.addEventListener("input", ({ target }) => {
      if (!target.matches("[data-scratch]")) return;
      this.notes[target.dataset.scratch] = target.value;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#keep(), REST_MS);
    });
    paper.addEventListener("struck", ({ target }) => this.#strike(target));
    session.flushers.add(() => { if (this.#timer !== null) this.#keep(); });
    session.addEventListener("finished", () => this.forget());
  }

  /** Shows in an item what was noted of it. */
  show(article) {
    const { position } = article.dataset;
    const field = article.querySelector("[data-scratch]");
    if (field) {
      field.value = this.notes[position] ?? "";
      field.closest("details").open = Boolean(field.value);
    }
    for (const row of article.querySelectorAll("[data-option]")) {
      if ((this.struck[position] ?? []).includes(nameOf(row))) setStruck(row, true);
    }
  }

  #strike(row) {
    const { position } = row.closest("[data-item]").dataset;
    const names = new Set(this.struck[position]);
    if (isStruck(row)) names.add(nameOf(row));
    else names.delete(nameOf(row));
    this.struck[position] = [...names];
    this.session.setNote("struck", this.struck);
  }

  #keep() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.session.finished) this.session.setNote("scratch", this.notes);
  }

  /** The paper is over: nothing of it stays. */
  forget() {
    clearTimeout(this.#timer);
    [this.#timer, this.notes, this.struck] = [null, {}, {}];
    this.session.dropNote("scratch");
    this.session.dropNote("struck");
    for (const field of document.querySelectorAll("[data-scratch]")) field.value = "";
  }
}

/** An option's name within its item: a case has options of several sub-items. */
function nameOf(row) {
  const input = row.querySelector("input");
  return `${input?.name ?? ""}:${row.dataset.option}`;
}
