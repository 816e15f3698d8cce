/* Stretches of a recording, [from, to] in whole milliseconds: joined, cut, and kept on this device until
   the server has them. Twin of `union` and `without` in `courses/rules/media.py`. */

/** Stretches in order, those that touch or overlap as one. */
export function union(stretches) {
  const found = [];
  for (const [start, end] of [...stretches].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

/** What stretches have that `others` have not; both joined. */
export function without(stretches, others) {
  const found = [];
  for (const [start, end] of stretches) {
    let at = start;
    for (const [from, to] of others) {
      if (to <= at || from >= end) continue;
      if (at < from) found.push([at, from]);
      at = to;
    }
    if (at < end) found.push([at, end]);
  }
  return found;
}

/** What one person played of one recording and no answer was had for, and the place where it stopped.
    Pages of one browser share it. */
export class Kept {
  #key;
  #here = { played: [], position_ms: null }; // where the browser keeps nothing, this page still does

  constructor(key) {
    this.#key = key;
  }

  all() {
    return this.#read().played;
  }

  /** Where it stopped, in milliseconds; null when the server has all. */
  place() {
    return this.#read().position_ms;
  }

  add(stretches, position_ms) {
    if (stretches.length) this.#set(union([...this.all(), ...stretches]), position_ms);
  }

  /** Forgets what the server has. */
  drop(stretches) {
    const kept = this.#read();
    this.#set(without(kept.played, union(stretches)), kept.position_ms);
  }

  #read() {
    try {
      const found = JSON.parse(localStorage.getItem(this.#key));
      if (found?.played.every(isStretch) && Number.isInteger(found.position_ms)) return found;
    } catch {
      // a private window, or something that is none of ours
    }
    return this.#here;
  }

  #set(played, position_ms) {
    const kept = { played, position_ms: played.length ? position_ms : null };
    this.#here = kept;
    try {
      if (played.length) localStorage.setItem(this.#key, JSON.stringify(kept));
      else localStorage.removeItem(this.#key);
    } catch {
      // this page has it
    }
  }
}

function isStretch(value) {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isInteger) && value[0] < value[1];
}
