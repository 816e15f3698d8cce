/* The exam room for paper delivery: one item at a time, the grid, flags, keys, and what ties them to the
   session. Entry module of attempts/room.html. */

import { startCalculator } from "./calculator.js";
import { Conduct } from "./conduct.js";
import { startDrafts } from "./drafts.js";
import { leaveDevice, showEnd, showLoggedOut, showReceipt } from "./ending.js";
import { Grid } from "./grid.js";
import { lockItem, mountItem, pressOption, reachScrollers, showClear, strikeOption, unlockItem, writeResponse } from "./items.js";
import { startKeys } from "./keys.js";
import { startLook } from "./look.js";
import { keepRoom } from "./offline.js";
import { startPulse } from "./pulse.js";
import { startRenew } from "./renew.js";
import { Scratch } from "./scratch.js";
import { startSections } from "./sections.js";
import { Session } from "./session.js";
import { showNotice, Status } from "./status.js";
import { Summary } from "./summary.js";
import { startSupervision } from "./supervision.js";
import { startTimer } from "./timer.js";
import { openTools } from "./tools.js";
import { say } from "./words.js";

const all = (name) => [...document.querySelectorAll(name)];

class Room {
  #current = 1;
  #showsAll = false;
  #flags = new Set();

  constructor(session) {
    this.session = session;
    this.articles = new Map(all("[data-item]").map((article) => [Number(article.dataset.position), article]));
    this.positions = [...this.articles.keys()];
  }

  start() {
    const { session } = this;
    this.#flags = new Set(session.notes.flags ?? []);
    this.status = new Status(session);
    this.grid = new Grid((position) => this.go(position));
    for (const article of this.articles.values()) {
      mountItem(article, { change: (position, response) => session.change(position, response), flushers: session.flushers });
    }
    this.#write(this.positions);
    this.scratch = new Scratch(session);
    for (const article of this.articles.values()) this.scratch.show(article);
    this.calculator = startCalculator();
    this.#bind();
    startRenew(session);
    startDrafts(session, (position) => this.articles.get(position));
    if (session.finished) this.#onFinished();
    else {
      this.summary = new Summary(session, this);
      const conduct = new Conduct(session);
      startSupervision(session, { note: (kind) => conduct.note(kind) });
      startPulse(session);
      this.sections = startSections(session, { lock: () => this.lock(), unanswered: () => this.counts().unanswered.length });
      startTimer(session, () => void this.summary.onDeadline(), this.sections);
      startLook(({ view }) => this.#showAll(view === "all"));
      this.show(this.#clamp(session.notes.current ?? 1));
      void keepRoom(session.config.sw_url);
    }
    document.documentElement.dataset.ready = "yes";
  }

  #bind() {
    const { session } = this;
    session.addEventListener("status", () => this.paint());
    session.addEventListener("notice", ({ detail }) => showNotice(detail));
    session.addEventListener("answers", ({ detail }) => { this.#write(detail.positions ?? this.positions); this.paint(); });
    session.addEventListener("drafts", () => { if (session.moved || session.finished) this.lock(); else this.unlock(); });
    session.addEventListener("finished", () => this.#onFinished());
    const click = (name, act) => all(name).forEach((button) => button.addEventListener("click", act));
    click("[data-previous]", () => this.#step(-1));
    click("[data-next]", () => this.#step(1));
    click("[data-flag-button]", () => this.flag());
    click("[data-tools]", openTools);
    for (const [position, article] of this.articles) {
      article.addEventListener("focusin", () => { if (this.#showsAll && position !== this.#current) this.#turnTo(position); });
    }
    click("[data-open-sheet]", () => document.getElementById("sheet").showModal());
    startKeys({
      option: (index) => pressOption(this.articles.get(this.#current), index),
      strike: (index) => strikeOption(this.articles.get(this.#current), index),
      flag: () => this.flag(),
      notes: () => this.#openNotes(),
      calculator: this.calculator ?? undefined,
      previous: () => { if (this.#current > this.positions[0]) this.#step(-1); },
      next: () => { if (this.#current < this.positions.at(-1)) this.#step(1); },
    });
  }

  #clamp(position) {
    return this.articles.has(position) ? position : this.positions[0];
  }

  #write(positions) {
    for (const position of positions) {
      const article = this.articles.get(position);
      if (!article) continue;
      writeResponse(article, this.session.log.response(position));
      showClear(article);
    }
  }

  #step(by) {
    const target = this.#current + by;
    if (target > this.positions.at(-1)) (this.sections?.isLast ?? true ? this.summary : this.sections)?.open();
    else if (target >= this.positions[0]) this.go(target);
  }

  /** Shows an item and takes the reader there. */
  go(position) {
    this.session.flush();
    document.getElementById("sheet")?.close();
    this.show(position);
    this.session.setNote("current", position);
    const heading = this.articles.get(position)?.querySelector("h2");
    if (this.#showsAll) heading?.scrollIntoView({ block: "start" });
    else window.scrollTo(0, 0);
    heading?.focus({ preventScroll: true });
  }

  #showAll(all) {
    this.#showsAll = all;
    document.documentElement.dataset.view = all ? "all" : "one";
    this.show(this.#current);
  }

  #openNotes() {
    const field = this.articles.get(this.#current)?.querySelector("[data-scratch]");
    if (!field || field.disabled) return;
    field.closest("details").open = true;
    field.focus();
  }

  show(position) {
    for (const [each, article] of this.articles) {
      const wasHidden = article.hidden;
      article.hidden = !this.#showsAll && each !== position;
      if (wasHidden && !article.hidden) reachScrollers(article);
    }
    this.#turnTo(position);
  }

  /** The item that keys, flags and the grid mean. */
  #turnTo(position) {
    this.#current = position;
    for (const button of all("[data-previous]")) button.disabled = position === this.positions[0];
    for (const button of all("[data-next]")) button.textContent = say(position !== this.positions.at(-1) ? "next" : this.sections?.isLast ?? true ? "check" : "leave_section");
    this.paint();
  }

  flag() {
    const position = this.#current;
    if (!this.#flags.delete(position)) this.#flags.add(position);
    this.session.setNote("flags", [...this.#flags]);
    this.paint();
  }

  paint() {
    const { status } = this;
    status.paint();
    for (const [position, article] of this.articles) {
      const word = this.session.log.refusal(position) ? say("state_refused") : null;
      this.grid.paint(position, { state: status.stateOf(position), flagged: this.#flags.has(position), current: position === this.#current, word });
      if (position === this.#current) status.paintItem(article);
    }
    this.#paintOthers();
    const { answered } = this.counts();
    const total = this.positions.length;
    for (const node of all("[data-answered]")) node.textContent = say("answered_of", { n: answered.length, total });
    for (const node of all("[data-answered-short]")) node.textContent = `${answered.length}/${total}`;
    const flagged = this.#flags.has(this.#current);
    for (const button of all("[data-flag-button]")) button.setAttribute("aria-pressed", String(flagged));
    for (const node of all("[data-flag-word]")) node.textContent = say(flagged ? "unflag" : "flag");
    if (document.getElementById("summary").open) this.summary.paint();
  }

  /** Positions of other sections: to be seen, not to be gone to. */
  #paintOthers() {
    if (!this.sections) return;
    for (let position = 1; position <= this.session.state.item_count; position += 1) {
      if (this.articles.has(position)) continue;
      this.grid.paint(position, { state: this.status.stateOf(position), word: this.sections.wordOf(position), disabled: true });
    }
  }

  counts() {
    const { log } = this.session;
    const pick = (test) => this.positions.filter(test);
    return {
      answered: pick((n) => log.response(n) !== null),
      unanswered: pick((n) => log.response(n) === null),
      flagged: pick((n) => this.#flags.has(n)),
      unsent: pick((n) => log.hasPending(n) || log.refusal(n)),
    };
  }

  lock() {
    for (const article of this.articles.values()) lockItem(article);
  }

  unlock() {
    for (const article of this.articles.values()) unlockItem(article);
  }

  /** Handed in from here on a device for the next person: the page stays, with the receipt alone. */
  end() {
    this.#onFinished();
    showLoggedOut();
  }

  #onFinished() {
    this.lock();
    const { session } = this;
    this.scratch.forget();
    showEnd(session);
    if (session.receipt) showReceipt(session.receipt);
    if (session.config.log_out && !session.loggedOut) void leaveDevice(session);
    const note = document.getElementById("finished");
    note.hidden = false;
    all("dialog[open]").forEach((dialog) => dialog.close());
    all(".qa-foot, .qa-calc, .qa-recording, [data-check], [data-leave], [data-tools], #section-line").forEach((node) => { node.hidden = true; });
    note.focus();
    this.status.paint();
  }
}

const session = new Session();
await session.open();
new Room(session).start();
