/* The check before handing in, and the hand-in itself: by hand from the dialog, or by the clock. */

import { handIn } from "./submit.js";
import { say, sayDuration } from "./words.js";

const SPREAD_MS = 3000; // a whole room reaches its deadline at once; within the grace, spread it

export class Summary {
  #busy = false;
  #stopped = false;
  #ended = false; // handed in, or the server does not know this attempt: the clock must not try again

  /** room: {counts() → {answered, unanswered, flagged, unsent: positions}, go(position), lock()} */
  constructor(session, room) {
    Object.assign(this, { session, room });
    this.dialog = document.getElementById("summary");
    this.status = document.getElementById("summary-status");
    this.confirm = this.dialog.querySelector("[data-submit]");
    this.back = this.dialog.querySelector("[data-summary-back]");
    for (const button of document.querySelectorAll("[data-check]")) button.addEventListener("click", () => this.open());
    this.back.addEventListener("click", () => this.#leave());
    this.confirm.addEventListener("click", () => void this.#submit({ byClock: false }));
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.#leave(); });
  }

  open() {
    document.getElementById("sheet")?.close();
    this.session.flush();
    this.status.textContent = "";
    this.paint();
    if (!this.dialog.open) this.dialog.showModal();
    document.getElementById("summary-title").focus();
  }

  paint() {
    const counts = this.room.counts();
    for (const [name, positions] of Object.entries(counts)) {
      this.dialog.querySelector(`[data-count="${name}"]`).textContent = String(positions.length);
      this.#list(name, positions);
    }
    const open = counts.unanswered.length;
    const words = [open ? say("unfinished_n", { n: open }) : say("all_answered", { n: counts.answered.length })];
    const left = this.session.timeLeft();
    if (left !== null && this.session.clock.known) words.push(say("summary_time", { time: sayDuration(left) }));
    document.getElementById("summary-words").textContent = words.join(" · ");
  }

  #list(name, positions) {
    const part = this.dialog.querySelector(`[data-list="${name}"]`);
    if (!part) return;
    part.hidden = !positions.length;
    part.querySelector("ul").replaceChildren(...positions.map((position) => {
      const [item, button] = [document.createElement("li"), document.createElement("button")];
      button.type = "button";
      button.className = "qa-cell";
      button.textContent = String(position);
      button.setAttribute("aria-label", say("item", { n: position }));
      button.addEventListener("click", () => { this.#leave(); this.room.go(position); });
      item.append(button);
      return item;
    }));
  }

  #leave() {
    if (this.#busy && this.#isOver()) return;
    this.#stopped = true;
    this.dialog.close();
  }

  #isOver() {
    const left = this.session.timeLeft();
    return left !== null && left <= 0;
  }

  /** The deadline has passed: nothing can be changed, what is here goes now. */
  async onDeadline() {
    if (this.#busy || this.#ended || this.session.finished) return;
    this.#busy = true;
    this.session.flush();
    this.room.lock();
    if (!this.dialog.open) {
      this.paint();
      this.dialog.showModal();
    }
    if (!this.session.log.pending().length) {
      this.status.textContent = say("time_up");
      await new Promise((resolve) => { setTimeout(resolve, Math.random() * SPREAD_MS); });
    }
    this.#busy = false;
    await this.#submit({ byClock: true });
  }

  async #submit({ byClock }) {
    if (this.#busy) return;
    [this.#busy, this.#stopped] = [true, false];
    this.confirm.disabled = true;
    this.back.hidden = byClock;
    const tell = (text) => { this.status.textContent = text; };
    const stopped = () => this.#stopped && !this.#isOver();
    const end = await handIn(this.session, { tell, stopped });
    this.#busy = false;
    this.confirm.disabled = false;
    this.#ended = end === "done" || end === "gone";
    if (end === "done") await this.#done(tell);
    else if (end === "moved") this.dialog.close();
    this.paint();
  }

  async #done(tell) {
    tell(say("submitted"));
    this.room.lock();
    this.confirm.disabled = true;
    await this.session.handedIn();
    if (!this.session.loggedOut) location.assign(this.session.resultUrl);
    else this.room.end();
  }
}
