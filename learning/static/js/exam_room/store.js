/* Keeps unsent answers on this device so that a reload or a killed browser does not lose them.
   Over https or on localhost: IndexedDB, each record sealed with AES-GCM under a key that cannot be
   read out, its name bound in. Elsewhere the browser offers no cryptography: memory only, and the page
   says so. Records belong to one person and one attempt and are purged after submission. */

const IDB_MODULE = "../../vendor/idb-keyval/index.js";
const PATIENCE_MS = 4000; // a database that does not open must not keep the paper shut
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The store for one person's attempt; never fails: without storage it is memory. */
export async function openStore(person, attempt) {
  if (!window.isSecureContext || !window.indexedDB || !window.crypto?.subtle) return new MemoryStore();
  const tooLate = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, null); });
  const opened = await Promise.race([openSealed(person, attempt).catch(() => null), tooLate]);
  return opened ?? new MemoryStore();
}

async function openSealed(person, attempt) {
  const idb = await import(IDB_MODULE);
  const box = idb.createStore("quality-academy-exam-room", "records");
  const key = await personKey(idb, box, person);
  return new SealedStore(idb, box, key, person, attempt);
}

/** The person's key on this device, made once; two tabs opening together agree on one. */
async function personKey(idb, box, person) {
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await idb.update(["key", person], (old) => old ?? fresh, box);
  return idb.get(["key", person], box);
}

export class MemoryStore {
  persistent = false;
  async putEntry() {}
  async dropEntries() {}
  async putAnswer() {}
  async dropAnswer() {}
  async putNote() {}
  async dropNote() {}
  async load() { return { entries: [], answers: [], notes: {} }; }
  async purge() {}
}

class SealedStore {
  persistent = true;
  #idb; #box; #key; #person; #attempt;

  constructor(idb, box, key, person, attempt) {
    [this.#idb, this.#box, this.#key, this.#person, this.#attempt] = [idb, box, key, person, attempt];
  }

  #name(...parts) {
    return ["record", this.#person, this.#attempt, ...parts];
  }

  #isOurs(name) {
    return Array.isArray(name) && name[0] === "record" && name[1] === this.#person && name[2] === this.#attempt;
  }

  async #put(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const additionalData = encoder.encode(JSON.stringify(name));
    const text = encoder.encode(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, this.#key, text);
    await this.#idb.set(name, { iv, sealed }, this.#box);
  }

  async #open(name, { iv, sealed }) {
    const additionalData = encoder.encode(JSON.stringify(name));
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, this.#key, sealed);
    return JSON.parse(decoder.decode(text));
  }

  /** An unsent entry; resolves when it is on the device. */
  putEntry({ epoch, position, seq, response }) {
    return this.#put(this.#name("entry", epoch, position, seq), { response });
  }

  dropEntries(entries) {
    const names = entries.map(({ epoch, position, seq }) => this.#name("entry", epoch, position, seq));
    return this.#idb.delMany(names, this.#box);
  }

  /** The answer shown at a position: what a page kept offline must show after a reload. */
  putAnswer(position, row) {
    return this.#put(this.#name("answer", position), row);
  }

  dropAnswer(position) {
    return this.#idb.del(this.#name("answer", position), this.#box);
  }

  putNote(name, value) {
    return this.#put(this.#name("note", name), value);
  }

  dropNote(name) {
    return this.#idb.del(this.#name("note", name), this.#box);
  }

  /** {entries: [{epoch, position, seq, response}], answers: [[position, row]], notes: {name: value}} */
  async load() {
    const found = { entries: [], answers: [], notes: {} };
    for (const [name, record] of await this.#idb.entries(this.#box)) {
      if (!this.#isOurs(name)) continue;
      const value = await this.#open(name, record).catch(() => null);
      const [kind, ...rest] = name.slice(3);
      if (value === null) continue; // sealed under a key this device no longer has
      if (kind === "entry") found.entries.push({ epoch: rest[0], position: rest[1], seq: rest[2], ...value });
      if (kind === "answer") found.answers.push([rest[0], value]);
      if (kind === "note") found.notes[rest[0]] = value;
    }
    found.entries.sort((a, b) => a.epoch - b.epoch || a.position - b.position || a.seq - b.seq);
    return found;
  }

  /** Deletes this attempt's records, and the person's key when nothing else is sealed with it. */
  async purge() {
    const names = await this.#idb.keys(this.#box);
    await this.#idb.delMany(names.filter((name) => this.#isOurs(name)), this.#box);
    const other = names.some((name) => name[0] === "record" && name[1] === this.#person && !this.#isOurs(name));
    if (!other) await this.#idb.del(["key", this.#person], this.#box);
  }
}
