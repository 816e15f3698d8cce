/* The log of answers: what the person sees, what the server has acknowledged, what is still to be sent.
   Pure data: no page, no network, no storage. Every change gets the next seq of its position; the
   server keeps all of them and the highest one counts, so sending an entry twice is harmless. */

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const keyOf = (entry) => `${entry.position}:${entry.seq}`;
const bytesOf = (value) => new TextEncoder().encode(JSON.stringify(value)).length;
const MOST_BYTES = 48 * 1024;
const ORPHAN_MS = 15_000; // another tab's entry not confirmed for so long is sent from here as well

export class AnswerLog {
  #answers = new Map(); // position → {epoch, seq, response}: what is shown
  #acknowledged = new Map(); // position → highest seq of this epoch that the server has
  #pending = new Map(); // "position:seq" → {position, seq, response, mine, tab, since, flying}
  #refused = new Map(); // position → code of the answer the server would not take

  constructor(epoch) {
    this.epoch = epoch;
  }

  /** The server's current answers. Returns the positions whose shown answer changed. */
  seed(responses) {
    const changed = [];
    for (const [key, row] of Object.entries(responses ?? {})) {
      const position = Number(key);
      if (row.epoch === this.epoch) {
        this.#acknowledged.set(position, Math.max(row.seq, this.#acknowledged.get(position) ?? 0));
      }
      if (this.#see(position, row)) changed.push(position);
    }
    return changed;
  }

  /** An answer this browser remembers as acknowledged: newer than a page kept offline. */
  remember(position, row) {
    if (row.epoch !== this.epoch || this.hasPending(position)) return false;
    if (row.seq <= (this.#answers.get(position)?.seq ?? 0)) return false;
    this.#acknowledged.set(position, row.seq);
    return this.#see(position, row);
  }

  /** Takes the answer as shown if it is newer than what is shown; false if it is not, or is the same. */
  #see(position, { epoch, seq, response }) {
    const shown = this.#answers.get(position);
    if (shown && (shown.epoch > epoch || (shown.epoch === epoch && shown.seq >= seq))) return false;
    this.#answers.set(position, { epoch, seq, response });
    return !shown || !same(shown.response, response);
  }

  /** The person changed an answer. Returns the new entry, or null when nothing changed. */
  change(position, response) {
    const shown = this.#answers.get(position);
    if (same(shown?.response ?? null, response) && !this.#refused.has(position)) return null;
    this.#refused.delete(position);
    return this.#append(position, response);
  }

  #append(position, response) {
    const seq = this.#nextSeq(position);
    const entry = { epoch: this.epoch, position, seq, response, mine: true, tab: null, since: 0, flying: false };
    this.#pending.set(keyOf(entry), entry);
    this.#answers.set(position, { epoch: this.epoch, seq, response });
    return entry;
  }

  #nextSeq(position) {
    return Math.max(this.#answers.get(position)?.seq ?? 0, this.#acknowledged.get(position) ?? 0) + 1;
  }

  /** An unsent entry of this epoch from storage (mine) or another tab. True if the page must show it. */
  restore({ position, seq, response }, { tab = null, now = 0 } = {}) {
    const entry = { epoch: this.epoch, position, seq, response, mine: tab === null, tab, since: now, flying: false };
    const known = this.#pending.get(keyOf(entry));
    if (known) {
      known.mine ||= entry.mine;
      return false;
    }
    this.#pending.set(keyOf(entry), entry);
    const shown = this.#answers.get(position);
    if (shown && shown.epoch === this.epoch && shown.seq > seq) return false;
    this.#answers.set(position, { epoch: this.epoch, seq, response });
    return !same(shown?.response ?? null, response);
  }

  /** The next entries to send, oldest first, marked as under way. */
  take(limit, now) {
    const batch = [];
    let bytes = 0;
    for (const entry of this.#pending.values()) {
      if (!entry.mine && now - entry.since < ORPHAN_MS) continue;
      bytes += bytesOf(entry.response) + 48;
      if (batch.length && (batch.length >= limit || bytes > MOST_BYTES)) break;
      entry.flying = true;
      batch.push(entry);
    }
    return batch;
  }

  release(batch) {
    for (const entry of batch) entry.flying = false;
  }

  /** The server's word on entries: [[position, seq], …] and [[position, seq, code], …]. */
  settle({ saved = [], late = [], rejected = [] }) {
    const gone = [];
    for (const [position, seq] of [...saved, ...late]) {
      this.#acknowledged.set(position, Math.max(seq, this.#acknowledged.get(position) ?? 0));
      gone.push(this.#drop(position, seq));
    }
    const poison = [];
    for (const [position, seq, code] of rejected) {
      const entry = this.#drop(position, seq);
      if (!entry) continue;
      gone.push(entry);
      if (this.#answers.get(position)?.seq === seq) this.#refused.set(position, code);
      poison.push({ ...entry, code });
    }
    return { gone: gone.filter(Boolean), poison };
  }

  #drop(position, seq) {
    const key = keyOf({ position, seq });
    const entry = this.#pending.get(key) ?? null;
    this.#pending.delete(key);
    return entry;
  }

  /** Drops everything unsent of a position: its time is over. */
  dropPosition(position) {
    const entries = this.pending().filter((entry) => entry.position === position);
    for (const entry of entries) this.#drop(entry.position, entry.seq);
    return entries;
  }

  /** 409 conflict: where the server is as far as the batch or further, what the person sees goes again. */
  conflict(batch, state) {
    const gone = [];
    const again = [];
    for (const position of new Set(batch.map((entry) => entry.position))) {
      const [epoch, seq] = state?.[position] ?? [0, 0];
      const mine = this.pending().filter((entry) => entry.position === position);
      if (epoch !== this.epoch || !mine.some((entry) => entry.seq <= seq)) continue;
      this.#acknowledged.set(position, Math.max(seq, this.#acknowledged.get(position) ?? 0));
      for (const entry of mine) gone.push(this.#drop(entry.position, entry.seq));
      again.push(this.#append(position, this.response(position)));
    }
    return { gone, again };
  }

  /** The server lacks what it once acknowledged, or what submit counts on: send what is shown again. */
  resend(positions) {
    const entries = [];
    for (const position of positions) {
      if (!this.hasPending(position)) entries.push(this.#append(position, this.response(position)));
    }
    return entries;
  }

  /** position → highest seq acknowledged so far, as it is now. */
  acknowledged() {
    return new Map(this.#acknowledged);
  }

  /** Positions of `before` (an acknowledged()) where the server's answers are behind it. */
  lostBy(before, responses) {
    return [...before].filter(([position, seq]) => {
      const row = responses?.[position];
      return !(row && (row.epoch > this.epoch || (row.epoch === this.epoch && row.seq >= seq)));
    }).map(([position]) => position);
  }

  /** A takeover in place: a new epoch begins; what was unsent is returned and forgotten here. */
  restart(epoch, responses) {
    const drafts = this.drafts();
    this.epoch = epoch;
    for (const map of [this.#answers, this.#acknowledged, this.#pending, this.#refused]) map.clear();
    this.seed(responses);
    return drafts;
  }

  /** The last unsent answer of each position, to be shown when it may no longer be sent. */
  drafts() {
    const last = new Map();
    for (const entry of this.#pending.values()) {
      if ((last.get(entry.position)?.seq ?? 0) < entry.seq) last.set(entry.position, entry);
    }
    return [...last.values()];
  }

  adoptTab(tab) {
    for (const entry of this.#pending.values()) if (entry.tab === tab) entry.mine = true;
  }

  pending() {
    return [...this.#pending.values()];
  }

  hasPending(position) {
    return this.pending().some((entry) => entry.position === position);
  }

  response(position) {
    return this.#answers.get(position)?.response ?? null;
  }

  /** Has anything been answered at all? */
  isAnswered() {
    return [...this.#answers.values()].some((row) => row.response !== null);
  }

  shown(position) {
    return this.#answers.get(position) ?? null;
  }

  refusal(position) {
    return this.#refused.get(position) ?? null;
  }

  /** Highest seq per position of this epoch that the server has or is about to get. */
  lastSeq() {
    const last = Object.fromEntries(this.#acknowledged);
    for (const { position, seq } of this.#pending.values()) last[position] = Math.max(seq, last[position] ?? 0);
    return last;
  }
}
