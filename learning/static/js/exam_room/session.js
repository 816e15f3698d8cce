/* One attempt on this page: holds the log, the store, the sender, the clock and the other tabs together.
   Views listen to its events and never touch the parts' insides:
   answers {positions} · status · notice {text, kind} · drafts · finished · login · other {csrf} ·
   standing {before, now} · left (the server counts) · section (another one runs) · tabs. */

import { AnswerLog } from "./answer_log.js";
import { Api } from "./api.js";
import { Channel } from "./channel.js";
import { ServerClock } from "./clock.js";
import { forgetRooms, fromCache } from "./offline.js";
import { Sender } from "./sender.js";
import { openStore } from "./store.js";
import { say, sayPositions } from "./words.js";

const SYNC_EVERY_MS = 300_000;
const NOTE_TIME_EVERY_MS = 15_000;
const readJson = (id) => JSON.parse(document.getElementById(id).textContent);

export class Session extends EventTarget {
  state = readJson("attempt-state");
  config = readJson("room-config");
  clock = new ServerClock();
  kept = new WeakSet(); // entries that are on the device
  departures = 0; // how often the attempt was left, as the server counts
  undelivered = []; // drafts of an epoch that is over
  moved = false;
  finished = false;
  flushers = new Set(); // what to call before reading or sending: text not yet taken from its field

  constructor() {
    super();
    const { state } = this;
    this.deadline = state.deadline_ms ?? null;
    this.pausedMs = state.paused_ms ?? null;
    this.sections = state.sections ?? null; // their times, null where the whole alone is limited
    this.section = this.running = state.section ?? 0; // the one in this page; the one that runs
    this.finished = Boolean(state.submitted);
    this.finishKind = state.finish_kind ?? null;
    this.api = new Api(state.csrf, this.clock);
    this.log = new AnswerLog(state.epoch);
    this.sender = new Sender({ log: this.log, api: this.api, url: state.urls.responses, on: this.#senderEvents() });
    this.channel = new Channel(state.person, state.attempt, this.#channelEvents());
  }

  async open() {
    this.store = await openStore(this.state.person, this.state.attempt);
    const found = await this.store.load().catch(() => ({ entries: [], answers: [], notes: {} }));
    this.notes = found.notes;
    this.#readClock();
    if (fromCache && found.notes.epoch > this.log.epoch) this.log.epoch = found.notes.epoch;
    this.#note("epoch", this.log.epoch);
    this.log.seed(this.state.responses);
    for (const [position, row] of found.answers) this.log.remember(position, row);
    for (const entry of found.entries) this.#restore(entry);
    this.undelivered = this.undelivered.filter((draft) => !this.#isDelivered(draft));
    this.#listen();
    this.channel.tell("hello");
    if (fromCache) void this.sync();
    this.sender.poke();
    return this;
  }

  /** A fresh page's now_ms was stamped while the page was asked for; a kept page's is only a bound. */
  #readClock() {
    const { now_ms: nowMs } = this.state;
    if (fromCache) {
      this.clock.atLeast(Math.max(nowMs, this.notes.now ?? 0));
      return;
    }
    const [page] = performance.getEntriesByType("navigation");
    this.clock.observe(nowMs, page?.requestStart ?? 0, page?.responseEnd || performance.now());
  }

  #restore(entry) {
    if (entry.epoch !== this.log.epoch) {
      this.undelivered = this.undelivered.filter((draft) => draft.position !== entry.position);
      this.undelivered.push(entry);
      return;
    }
    this.log.restore(entry);
    const own = this.log.pending().find((each) => each.position === entry.position && each.seq === entry.seq);
    if (own) this.kept.add(own);
  }

  #isDelivered(draft) {
    const same = JSON.stringify(this.log.response(draft.position)) === JSON.stringify(draft.response);
    if (same) void this.store.dropEntries([draft]).catch(() => null);
    return same;
  }

  #listen() {
    window.addEventListener("online", () => this.reach());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.reach();
      else this.flush();
    });
    window.addEventListener("pagehide", () => this.#leave());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.reach(); });
    window.addEventListener("beforeunload", (event) => {
      this.flush();
      if (!this.finished && this.#holdsUnkept()) event.preventDefault();
    });
    setInterval(() => this.#noteTime(), NOTE_TIME_EVERY_MS);
    setInterval(() => this.#syncSoon(), SYNC_EVERY_MS);
  }

  /** The network or the person may be back: send at once, and ask where the attempt stands. */
  reach() {
    this.sender.wake();
    this.#syncSoon();
  }

  #syncSoon() {
    if (!this.finished && !this.moved && document.visibilityState === "visible") void this.sync();
  }

  /** Would leaving now lose an answer? One given this instant is being sealed, and on no storage yet. */
  #holdsUnkept() {
    return this.log.pending().some((entry) => entry.mine && !this.kept.has(entry));
  }

  #noteTime() {
    if (this.clock.known && !this.finished) this.#note("now", Math.floor(this.clock.now()));
  }

  #note(name, value) {
    void this.store.putNote(name, value).catch(() => null);
  }

  dropNote(name) {
    delete this.notes[name];
    void this.store.dropNote(name).catch(() => null);
  }

  setNote(name, value) {
    this.notes[name] = value;
    this.#note(name, value);
  }

  /** Leaving: a last try that outlives the page. A duplicate is harmless. */
  #leave() {
    this.flush();
    this.channel.tell("bye");
    if (this.finished || this.sender.held) return;
    const responses = this.log.pending().slice(0, 50).map(({ position, seq, response }) => ({ position, seq, response }));
    if (responses.length) void this.api.post(this.state.urls.responses, { epoch: this.log.epoch, responses }, { keepalive: true });
  }

  /** Milliseconds to the deadline by the server's clock, which stands while paused; null without one. */
  timeLeft() {
    if (this.deadline === null) return null;
    return this.deadline - Math.min(this.clock.now(), this.pausedMs ?? Infinity);
  }

  /** Milliseconds to the end of the section in this page; null where the whole alone is limited. */
  sectionLeft() {
    if (this.sections === null) return null;
    return this.sections[this.section].ends_ms - Math.min(this.clock.now(), this.pausedMs ?? Infinity);
  }

  flush() {
    for (const take of this.flushers) take();
  }

  /** The person answered. */
  change(position, response) {
    if (this.finished || this.moved) return;
    const entry = this.log.change(position, response);
    if (!entry) return;
    this.#keep(entry);
    this.channel.tell("change", { entry: { position, seq: entry.seq, response, epoch: entry.epoch } });
    this.#emit("status");
    this.sender.poke();
  }

  #keep(entry) {
    const { position, epoch, seq, response } = entry;
    void this.store.putAnswer(position, { epoch, seq, response }).catch(() => null);
    this.store.putEntry(entry).then(() => {
      if (!this.store.persistent) return;
      this.kept.add(entry);
      if (!this.log.pending().includes(entry)) void this.store.dropEntries([entry]).catch(() => null);
      this.#emit("status");
    }).catch(() => null);
  }

  /** Is everything unsent on this device's storage? */
  get allKept() {
    return this.store.persistent && this.log.pending().every((entry) => this.kept.has(entry));
  }

  settle(body) {
    const { gone, poison } = this.log.settle(body);
    void this.store.dropEntries(gone).catch(() => null);
    for (const { position } of poison) {
      if (this.log.refusal(position)) void this.store.dropAnswer(position).catch(() => null);
      this.notice(say("refused", { item: say("item", { n: position }) }), "error");
    }
    if (body.late?.length) {
      const items = sayPositions(body.late.map(([position]) => position));
      const isPart = this.sections || this.state.item_s; // a part is over, or the whole: it says
      this.notice(say(this.sections ? "section_late" : isPart ? "item_late" : "late", { items }), "warn");
      if (isPart) void this.sync();
      else this.finish();
    }
    this.channel.tell("settled", { saved: body.saved, late: body.late, rejected: body.rejected, epoch: this.log.epoch });
    this.#emit("status");
  }

  #senderEvents() {
    return {
      settled: (body) => this.settle(body),
      trouble: () => this.#emit("status"),
      login: () => { this.#emit("status"); this.#emit("login"); },
      csrf: async () => (await this.sync()) === "ok",
      gone: () => this.notice(say("gone"), "error"),
      moved: () => this.leaveToOther(),
      closed: (positions) => this.#close(positions),
      conflict: (batch, body) => this.#resolve(batch, body),
    };
  }

  #channelEvents() {
    return {
      change: ({ entry, tab }) => {
        if (entry.epoch !== this.log.epoch) return;
        if (this.log.restore(entry, { tab, now: performance.now() })) this.#emit("answers", { positions: [entry.position] });
        this.#emit("status");
      },
      settled: ({ epoch, ...body }) => {
        if (epoch !== this.log.epoch) return;
        this.log.settle(body);
        this.#emit("status");
      },
      csrf: ({ csrf }) => { this.api.csrf = csrf; if (this.sender.held === "login") this.sender.release(); this.#emit("renewed"); },
      submitted: () => this.finish(),
      hello: () => { this.channel.tell("here"); this.#emit("tabs"); },
      here: () => this.#emit("tabs"),
      bye: ({ tab }) => { this.log.adoptTab(tab); this.sender.poke(); },
    };
  }

  #resolve(batch, body) {
    if (!body.state) { // not about a seq: the attempt may be over; ask
      void this.sync();
      return false;
    }
    const { gone, again } = this.log.conflict(batch, body.state);
    void this.store.dropEntries(gone).catch(() => null);
    again.forEach((entry) => this.#keep(entry));
    return again.length > 0;
  }

  #close(positions) {
    const open = new Set(positions);
    for (const position of open) void this.store.dropEntries(this.log.dropPosition(position)).catch(() => null);
    this.notice(say("closed", { items: sayPositions([...open]) }), "warn");
    this.#emit("status");
  }

  /** Another device has taken over: nothing more is sent from here, own drafts are shown. */
  leaveToOther() {
    if (this.moved || this.finished) return;
    this.moved = true;
    this.sender.hold("moved");
    this.undelivered = this.log.drafts();
    this.#emit("drafts");
    this.#emit("status");
  }

  /** This device takes over again, in place. True when it did. */
  async takeOver() {
    const form = new URLSearchParams({ csrf_token: this.api.csrf });
    const headers = { "X-CSRFToken": this.api.csrf };
    const reply = await fetch(this.config.takeover_url, { method: "POST", body: form, headers, credentials: "same-origin" }).catch(() => null);
    if (!reply?.ok) return false;
    const { status, body } = await this.api.get(this.state.urls.state);
    if (status !== 200 || body.person !== this.state.person) return false;
    this.#adopt(body);
    if (body.submitted) {
      this.finish();
      return true;
    }
    const drafts = this.log.restart(body.epoch, body.responses);
    this.#note("epoch", body.epoch);
    this.undelivered = (drafts.length ? drafts : this.undelivered).filter((draft) => !this.#isDelivered(draft));
    this.moved = false;
    this.sender.release();
    this.#emit("answers", { positions: null });
    this.#emit("drafts");
    this.#emit("status");
    return true;
  }

  /** What to do with an undelivered draft: send it as a new answer, or drop it. */
  settleDraft(draft, { send }) {
    this.undelivered = this.undelivered.filter((each) => each !== draft);
    void this.store.dropEntries([draft]).catch(() => null);
    if (send) {
      this.change(draft.position, draft.response);
      this.#emit("answers", { positions: [draft.position] });
    }
    this.#emit("drafts");
  }

  /** Asks the server where the attempt stands: "ok", "login", "gone", "moved", "other" or "none". */
  async sync() {
    const before = this.log.acknowledged();
    const { status, body } = await this.api.get(this.state.urls.state);
    if (status === 401) this.#emit("login");
    if (status === 404) this.notice(say("gone"), "error");
    if (status !== 200) return { 401: "login", 404: "gone" }[status] ?? "none";
    if (body.person !== this.state.person) {
      this.sender.hold("login");
      this.#emit("other", { csrf: body.csrf });
      return "other";
    }
    this.#adopt(body);
    if (body.submitted) this.finish();
    else if (body.epoch !== this.log.epoch) this.leaveToOther();
    if (this.moved) return "moved";
    const lost = this.finished ? [] : this.log.lostBy(before, body.responses);
    const positions = this.log.seed(body.responses);
    this.log.resend(lost).forEach((entry) => this.#keep(entry));
    if (positions.length) this.#emit("answers", { positions });
    if (["login", "gone"].includes(this.sender.held)) { this.sender.release(); this.#emit("renewed"); }
    this.#emit("status");
    this.sender.poke();
    return "ok";
  }

  #adopt(body) {
    if (body.csrf) this.takeCsrf(body.csrf, { tell: false });
    const before = { deadline: this.deadline, pausedMs: this.pausedMs };
    if ("deadline_ms" in body) this.deadline = body.deadline_ms;
    if ("paused_ms" in body) this.pausedMs = body.paused_ms;
    if ("finish_kind" in body) this.finishKind = body.finish_kind;
    if (body.item_ends_ms) this.#emit("item", { endsMs: body.item_ends_ms });
    if (body.sections && this.sections) [this.sections, this.running] = [body.sections, body.section];
    this.#emit("standing", { before, now: { deadline: this.deadline, pausedMs: this.pausedMs } });
    if (this.running > this.section && !body.submitted) this.#emit("section");
  }

  /** Where the attempt stands, as a pulse or the reply to a report says. */
  takeStanding(body, { hasLeft = false } = {}) {
    if (this.finished) return;
    this.departures = body.departures ?? 0;
    if (body.messages) this.#emit("messages", { messages: body.messages });
    this.#adopt(body);
    if (body.submitted) this.finish();
    else if (body.epoch > this.log.epoch) void this.sync();
    else if (hasLeft) this.#emit("left");
  }

  takeCsrf(csrf, { tell }) {
    this.api.csrf = csrf;
    for (const field of document.querySelectorAll("[data-csrf]")) field.value = csrf;
    if (tell) this.channel.tell("csrf", { csrf });
  }

  /** Handed in, here or elsewhere: nothing can be changed any more. */
  finish() {
    if (this.finished) return;
    this.finished = true;
    void forgetRooms();
    this.#emit("finished");
  }

  /** Handed in from here: forgets what is kept on this device, but for drafts that nobody decided on:
      the page of the result takes those aside. */
  async handedIn() {
    this.finished = true;
    this.channel.tell("submitted");
    const holds = this.undelivered.length && !this.loggedOut;
    await Promise.allSettled([holds ? null : this.store.purge(), forgetRooms()]);
  }

  resend(positions) {
    this.log.resend(positions).forEach((entry) => this.#keep(entry));
  }

  notice(text, kind) {
    this.#emit("notice", { text, kind });
  }

  #emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
