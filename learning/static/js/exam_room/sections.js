/* Sections with a limit each: says which one runs and when the next begins, ends it by hand or by the
   clock, and asks the server for the next one's page. What has not begun is not in this page; what is
   over can be seen in the grid and not be changed. */

import { jitter, Nap } from "./backoff.js";
import { insist } from "./insist.js";
import { say, sayDuration } from "./words.js";

const SPREAD_MS = 2000; // a whole room reaches the end of a section at once

export class Sections {
  #busy = false;

  /** room: {lock(), unanswered() → how many of this section are open} */
  constructor(session, room) {
    Object.assign(this, { session, room });
    this.dialog = document.getElementById("section-end");
    this.status = this.dialog.querySelector("[data-section-status]");
    this.buttons = [...this.dialog.querySelectorAll("button")];
    const line = document.getElementById("section-line");
    this.time = line.querySelector("[data-section-time]");
    this.whole = line.querySelector("[data-whole-time]");
    const { times, index } = this;
    const [title, next] = [session.state.section_titles[index], session.state.section_titles[index + 1]];
    const { first, last } = times[index];
    line.querySelector("[data-section-name]").textContent = say("section_line", { n: index + 1, total: times.length, title, first, last });
    line.querySelector("[data-section-next]").textContent = this.isLast ? say("section_last") : say("section_next", { title: next });
    line.hidden = false;
    for (const button of document.querySelectorAll("[data-leave]")) button.addEventListener("click", () => this.open());
    this.dialog.querySelector("[data-leave-back]").addEventListener("click", () => this.#back());
    this.dialog.querySelector("[data-leave-now]").addEventListener("click", () => void this.#leave());
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.#back(); });
    session.addEventListener("section", () => void this.onEnd());
  }

  get times() {
    return this.session.sections;
  }

  get index() {
    return this.session.section;
  }

  get isLast() {
    return this.index === this.times.length - 1;
  }

  /** Is the position asked now? */
  holds(position) {
    const { first, last } = this.times[this.index];
    return position >= first && position <= last;
  }

  /** What is said of a position of another section. */
  wordOf(position) {
    return say(position < this.times[this.index].first ? "section_over" : "section_later");
  }

  /** Each tick of the clock: milliseconds left of the section and of the whole. */
  paint(left, whole) {
    this.time.textContent = sayDuration(left);
    this.whole.textContent = sayDuration(whole);
  }

  open() {
    if (this.#busy) return;
    document.getElementById("sheet")?.close();
    this.session.flush();
    const n = this.room.unanswered();
    this.dialog.querySelector("[data-section-open]").textContent = n ? say("section_unanswered", { n }) : say("section_answered");
    this.status.textContent = "";
    if (!this.dialog.open) this.dialog.showModal();
  }

  #back() {
    if (!this.#busy) this.dialog.close();
  }

  #tell(text) {
    this.status.textContent = text;
  }

  #begin() {
    this.#busy = true;
    for (const button of this.buttons) button.hidden = true;
    this.session.flush();
  }

  async #leave() {
    if (this.#busy) return;
    this.#begin();
    this.#tell(say("section_wait"));
    const { session } = this;
    const body = { section: this.index + 1, last_seq: session.log.lastSeq() };
    if ((await this.#isSaved()) && (await insist(session, session.state.urls.leave, body, (text) => this.#tell(text)))) {
      this.room.lock();
      await this.#next();
    }
    this.#busy = false;
    for (const button of this.buttons) button.hidden = false;
    this.dialog.close();
  }

  /** The time of the section is over, or it was ended elsewhere: nothing of it can be changed. */
  async onEnd() {
    if (this.#busy || this.session.finished || this.session.moved) return;
    this.#begin();
    this.room.lock();
    document.getElementById("sheet")?.close();
    this.dialog.querySelector("[data-section-open]").textContent = "";
    this.#tell(say("section_wait"));
    if (!this.dialog.open) this.dialog.showModal();
    await new Promise((resolve) => { setTimeout(resolve, Math.random() * SPREAD_MS); });
    if (await this.#isSaved()) await this.#next();
    this.#busy = false;
    this.dialog.close();
  }

  /** Waits until every answer is with the server, in time or kept aside. */
  async #isSaved() {
    const { session } = this;
    while (!(await session.sender.drained())) {
      if (session.moved || session.finished || session.sender.held !== "login") return false;
      await new Promise((resolve) => { session.addEventListener("renewed", resolve, { once: true }); });
    }
    return true;
  }

  /** Asks until the server says that the next section runs; its page is then asked for. */
  async #next() {
    const { session } = this;
    const nap = new Nap();
    const onLine = () => nap.wake();
    window.addEventListener("online", onLine);
    for (let failures = 0; !session.moved && !session.finished; ) {
      const end = await session.sync();
      if (session.running > session.section) {
        location.reload();
        await new Promise(() => {}); // until the page is gone
      }
      failures += 1;
      this.#tell(say(end === "none" ? "section_offline" : "section_wait"));
      await nap.sleep(Math.max(500, jitter(Math.min(failures, 4), 0)));
    }
    window.removeEventListener("online", onLine);
  }
}

export const startSections = (session, room) => (session.sections ? new Sections(session, room) : null);
