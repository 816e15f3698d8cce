/* The numbered grids (beside the paper and in the sheet): state of each item as shape, word and colour. */

import { say } from "./words.js";

const WORDS = { unseen: "state_unseen", answered: "state_answered", saving: "state_saving", unsaved: "state_unsaved" };

export class Grid {
  #cells = new Map(); // position → buttons of all grids

  constructor(go) {
    for (const button of document.querySelectorAll("[data-grid] [data-go]")) {
      const position = Number(button.dataset.go);
      this.#cells.set(position, [...(this.#cells.get(position) ?? []), button]);
      button.addEventListener("click", () => go(position));
    }
  }

  /** state: unseen answered saving unsaved (right wrong after a commit); words override the state's. */
  paint(position, { state, flagged = false, current = false, word = null, disabled = false }) {
    const said = [say("item", { n: position }), word ?? say(WORDS[state]), flagged && say("flagged")].filter(Boolean).join(say("comma"));
    for (const cell of this.#cells.get(position) ?? []) {
      if (cell.dataset.state !== state) cell.dataset.state = state;
      cell.toggleAttribute("data-flag", flagged);
      if (current) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
      if (cell.getAttribute("aria-label") !== said) cell.setAttribute("aria-label", said);
      cell.disabled = disabled;
    }
  }
}
