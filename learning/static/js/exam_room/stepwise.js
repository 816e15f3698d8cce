/* Stepwise delivery: reveal an item, answer it, commit it, read what it came to, go on. Entry module of
   attempts/stepwise.html. The key arrives with the reply to a commit and not before, or not at all. An item may
   have seconds of its own, and the first mistake may be the end: the server says both. */

import { startCalculator } from "./calculator.js";
import { Conduct } from "./conduct.js";
import { startDrafts } from "./drafts.js";
import { leaveDevice, showEnd, showLoggedOut, showReceipt } from "./ending.js";
import { Grid } from "./grid.js";
import { insist } from "./insist.js";
import { startItemClock } from "./item_clock.js";
import { lockItem, mountItem, pressOption, reachScrollers, showClear, strikeOption, writeResponse } from "./items.js";
import { startKeys } from "./keys.js";
import { startLook } from "./look.js";
import { startPulse } from "./pulse.js";
import { startRenew } from "./renew.js";
import { Scratch } from "./scratch.js";
import { startSections } from "./sections.js";
import { Session } from "./session.js";
import { showNotice, Status } from "./status.js";
import { handIn } from "./submit.js";
import { startSupervision } from "./supervision.js";
import { startTimer } from "./timer.js";
import { openTools } from "./tools.js";
import { showVerdict } from "./verdict.js";
import { say } from "./words.js";

const all = (name) => [...document.querySelectorAll(name)];
const GRID_STATE = { right: "right", partial: "answered", wrong: "wrong", unanswered: "wrong", invalid: "wrong", pending: "answered", granted: "right", excluded: "answered" };

class Steps {
  #busy = false;

  constructor(session) {
    const { state } = session;
    this.session = session;
    this.total = state.item_count;
    this.committed = new Map(Object.entries(state.committed ?? {}).map(([n, reply]) => [Number(n), reply]));
    this.open = state.open_position || null;
    [this.first, this.last] = [1, this.total]; // what is asked now: the running section, or all
    if (session.sections) ({ first: this.first, last: this.last } = session.sections[session.section]);
    this.current = this.open ?? Math.max(0, ...[...this.committed.keys()].filter((n) => this.#isAsked(n)));
  }

  start() {
    const { session } = this;
    this.status = new Status(session);
    this.grid = new Grid((position) => this.show(position));
    this.scratch = new Scratch(session);
    this.calculator = startCalculator();
    startLook(() => null);
    for (const article of all("[data-item]")) this.#mount(article);
    for (const [position, reply] of this.committed) if (this.#article(position)) showVerdict(this.#article(position), reply);
    this.#bind();
    startRenew(session);
    startDrafts(session, (position) => this.#article(position));
    if (session.finished) this.#onFinished();
    else {
      const conduct = session.config.watched === false ? null : new Conduct(session); // practice is nobody's business
      startSupervision(session, { note: (kind) => conduct?.note(kind) });
      startPulse(session);
      this.sections = startSections(session, { lock: () => all("[data-item]").forEach(lockItem), unanswered: () => this.#left() });
      startTimer(session, () => void this.#finish(), this.sections);
      this.itemClock = startItemClock(session, () => this.#onItemEnd());
      if (this.open !== null) this.itemClock?.start(session.state.item_ends_ms);
      this.show(this.current, { focus: false });
    }
    document.documentElement.dataset.ready = "yes";
  }

  #article(position) {
    return document.querySelector(`[data-item][data-position="${Number(position)}"]`);
  }

  #mount(article) {
    const position = Number(article.dataset.position);
    mountItem(article, { change: (n, response) => this.session.change(n, response), flushers: this.session.flushers });
    writeResponse(article, this.session.log.response(position));
    showClear(article);
    this.scratch.show(article);
  }

  #bind() {
    const { session } = this;
    const click = (name, act) => all(name).forEach((button) => button.addEventListener("click", act));
    click("[data-start], [data-step-next]", () => void this.#reveal());
    click("[data-commit]", () => void this.#commit());
    click("[data-step-finish]", () => void this.#finish());
    click("[data-tools]", openTools);
    session.addEventListener("status", () => this.paint());
    session.addEventListener("notice", ({ detail }) => showNotice(detail));
    session.addEventListener("finished", () => this.#onFinished());
    session.addEventListener("drafts", () => { if (session.moved) all("[data-item]").forEach(lockItem); else location.reload(); });
    session.addEventListener("answers", ({ detail }) => {
      for (const n of detail.positions ?? []) if (n === this.open && this.#article(n)) writeResponse(this.#article(n), session.log.response(n));
    });
    const isOpen = () => this.open !== null && this.current === this.open;
    startKeys({
      option: (index) => isOpen() && pressOption(this.#article(this.open), index),
      strike: (index) => isOpen() && strikeOption(this.#article(this.open), index),
      calculator: this.calculator ?? undefined,
    });
  }

  #isAsked(position) {
    return position >= this.first && position <= this.last;
  }

  /** The lowest position asked now and not committed yet, null when all are. */
  #next() {
    for (let n = this.first; n <= this.last; n += 1) if (!this.committed.has(n)) return n;
    return null;
  }

  /** How many positions asked now are not committed. */
  #left() {
    return this.last - this.first + 1 - [...this.committed.keys()].filter((n) => this.#isAsked(n)).length;
  }

  show(position, { focus = true } = {}) {
    this.current = position;
    for (const article of all("[data-item]")) article.hidden = Number(article.dataset.position) !== position;
    if (this.#article(position)) reachScrollers(this.#article(position));
    this.paint();
    if (focus) this.#article(position)?.querySelector("h2").focus();
  }

  paint() {
    if (this.session.finished) return;
    const { current, open } = this;
    const reviewing = this.committed.has(current);
    const next = this.#next();
    const isLast = this.sections?.isLast ?? true;
    const visible = { "[data-start]": !current && next !== null, "[data-commit]": current !== 0 && current === open,
      "[data-step-next]": reviewing && next !== null, "[data-step-finish]": next === null && isLast, "[data-leave]": !isLast };
    for (const [name, on] of Object.entries(visible)) all(name).forEach((button) => { button.hidden = !on || this.session.moved; });
    document.getElementById("step-intro").hidden = current !== 0;
    document.getElementById("step-count").textContent = next === null ? say("step_done") : say("answered_of", { n: this.committed.size, total: this.total });
    for (let n = 1; n <= this.total; n += 1) {
      const reply = this.committed.get(n);
      const state = reply ? GRID_STATE[reply.outcome] ?? "answered" : n === open ? this.status.stateOf(n) : "unseen";
      this.grid.paint(n, { state, current: n === current, word: reply && say(reply.outcome), disabled: !this.#isAsked(n) || (!reply && n !== open) });
    }
    this.status.paint();
    if (current === open && open) this.status.paintItem(this.#article(open));
  }

  #tell(text) {
    document.getElementById("step-status").textContent = text;
  }

  /** Runs one step at a time; buttons wait meanwhile. */
  async #step(work) {
    if (this.#busy || this.session.finished || this.session.moved) return;
    this.#busy = true;
    all(".qa-foot .btn").forEach((button) => { button.disabled = true; });
    try {
      await work();
    } finally {
      this.#busy = false;
      all(".qa-foot .btn").forEach((button) => { button.disabled = false; });
      this.paint();
    }
  }

  #reveal() {
    return this.#step(async () => {
      const position = this.open ?? this.#next();
      if (position === null) return;
      if (this.open === null) {
        this.#tell(say("revealing"));
        const reply = await insist(this.session, this.session.state.urls.reveal, { position }, (text) => this.#tell(text));
        if (reply === null) return;
        if (reply.html && !this.#article(position)) this.#insert(reply.html);
        this.open = position;
        this.itemClock?.start(reply.ends_ms);
      }
      this.#tell("");
      this.show(position);
    });
  }

  #insert(html) {
    const place = document.getElementById("step-items");
    place.insertAdjacentHTML("beforeend", html); // attempts/item.html, rendered by the server
    this.#mount(place.lastElementChild);
  }

  #commit() {
    return this.#step(async () => {
      const position = this.open;
      this.session.flush();
      this.#tell(say("committing"));
      if (!(await this.#saved())) return;
      const seq = this.session.log.lastSeq()[position] ?? 0;
      const reply = await insist(this.session, this.session.state.urls.commit, { position, seq }, (text) => this.#tell(text));
      if (reply === null) return;
      this.committed.set(position, reply);
      this.open = null;
      this.itemClock?.stop();
      this.#tell("");
      const article = this.#article(position);
      showVerdict(article, reply);
      article.querySelector("[data-item-save]").hidden = true;
      if (reply.ended) await this.#endHere(position, reply);
      else article.querySelector("[data-verdict]").focus();
    });
  }

  /** The item's seconds are over: what is chosen now is what counts, and nothing more is taken. */
  #onItemEnd() {
    if (this.open === null || this.#busy) return;
    const article = this.#article(this.open);
    if (article) lockItem(article);
    void this.#commit();
  }

  /** This mistake ended the attempt: the item stays in sight with the fact, and where the result is. */
  async #endHere(position, { receipt }) {
    const { session } = this;
    session.receipt = receipt;
    await session.handedIn();
    this.grid.paint(position, { state: "wrong", current: true, word: say(this.committed.get(position).outcome) });
    const note = document.getElementById("finished");
    note.dataset.kind = "warn";
    note.querySelector("b").textContent = say("ended");
    this.#onFinished();
    document.getElementById("finished-words").textContent = say("ended_at", { n: position });
  }

  /** Waits until the answer is with the server, through a log-in if one is due. */
  async #saved() {
    while (!(await this.session.sender.drained())) {
      if (this.session.moved || this.session.sender.held !== "login") return false;
      await new Promise((resolve) => { this.session.addEventListener("renewed", resolve, { once: true }); });
    }
    return true;
  }

  #finish() {
    return this.#step(async () => {
      const end = await handIn(this.session, { tell: (text) => this.#tell(text), stopped: () => false });
      if (end !== "done") return;
      this.#tell(say("submitted"));
      await this.session.handedIn();
      if (!this.session.loggedOut) location.assign(this.session.resultUrl);
      else {
        this.#onFinished();
        showLoggedOut();
      }
    });
  }

  #onFinished() {
    all("[data-item]").forEach(lockItem);
    const { session } = this;
    this.scratch.forget();
    showEnd(session);
    if (session.receipt) showReceipt(session.receipt);
    if (session.config.log_out && !session.loggedOut) void leaveDevice(session);
    const note = document.getElementById("finished");
    note.hidden = false;
    all(".qa-foot, .qa-calc, .qa-recording, [data-tools], #section-line").forEach((node) => { node.hidden = true; });
    note.focus();
  }
}

const session = new Session();
await session.open();
new Steps(session).start();
