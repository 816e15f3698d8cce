/* The draft saves itself. "Saved" is said only when the server has said so for exactly what stands on
   the page; a save that meets somebody else's is never forced, and never lost. */

import { post } from "./post.js";
import { say } from "./words.js";

const WAIT_MS = 1200;
const RETRY_MS = [2000, 4000, 8000, 15000, 30000];

export class Saving {
  #timer = null;
  #isSending = false;
  #version = 0;
  #saved = 0;
  #failures = 0;
  #isHeld = false;
  #isRefused = false;

  constructor(form, { dataOf, onFindings, onConflict, onCreated, onSaved = () => {} }) {
    this.form = form;
    this.dataOf = dataOf;
    this.onFindings = onFindings;
    this.onConflict = onConflict;
    this.onCreated = onCreated;
    this.onSaved = onSaved;
    this.line = document.getElementById("save-state");
    this.url = form.getAttribute("action");
    window.addEventListener("online", () => { if (this.isDirty) void this.now(); });
    window.addEventListener("beforeunload", (event) => { if (this.isDirty) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.isDirty) void this.now(); });
  }

  /** Whether the last save came back refused or lost, or waits for a choice. */
  get isStuck() { return this.#isHeld || this.#isRefused; }

  get isDirty() { return this.#version !== this.#saved; }

  changed() {
    this.#version += 1;
    if (this.#isHeld) return;
    this.#say("unsaved", "save_pending");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), WAIT_MS);
  }

  /** Saves at once; returns whether everything on the page is now on the server. */
  async now() {
    clearTimeout(this.#timer);
    if (this.#isSending || this.#isHeld) return false;
    if (!this.isDirty) {
      this.#say("saved", "save_done");
      return true;
    }
    this.#isSending = true;
    const version = this.#version;
    const data = this.dataOf();
    data.set("act", "save");
    this.#say("saving", "save_sending");
    try {
      this.#accepted(await post(this.url, data), version);
    } catch (error) {
      this.#refused(error);
      return false;
    } finally {
      this.#isSending = false;
    }
    if (this.isDirty) {
      this.changed();
      return false;
    }
    return true;
  }

  #accepted(reply, version) {
    this.#failures = 0;
    this.#isRefused = false;
    this.#saved = version;
    this.form.elements.namedItem("revision").value = reply.revision;
    for (const [name, value] of Object.entries(reply.labels)) {
      const field = this.form.elements.namedItem(name);
      if (field) field.value = value; // the next save changes what is changed after this one
    }
    if (reply.url) {
      this.url = reply.url;
      this.form.setAttribute("action", reply.url);
      history.replaceState(null, "", reply.url);
      this.form.elements.namedItem("item").value = reply.code;
      this.onCreated();
      document.getElementById("item-code").textContent = reply.code;
      document.getElementById("item-state").textContent = say("draft");
    }
    this.#say("saved", "save_done", { at: reply.at });
    this.onFindings(reply.findings);
    if (!this.isDirty) this.onSaved();
  }

  #refused(error) {
    this.#isRefused = true;
    if (error.status === 409 && error.body.error !== "draft_changed") {
      this.#isHeld = true; // deleted, or sent to review: there is nothing to save into any more
      this.#say("unsaved", "save_gone");
    } else if (error.status === 409) {
      this.#isHeld = true;
      this.#say("unsaved", "save_conflict");
      this.onConflict(error.body);
    } else if ([400, 413, 422].includes(error.status)) {
      this.#say("unsaved", "save_refused");
    } else if ([401, 403, 404].includes(error.status)) {
      this.#say("unsaved", error.status === 401 ? "save_login" : "save_gone");
      this.#retry();
    } else {
      this.#say("unsaved", "save_retry");
      this.#retry();
    }
  }

  #retry() {
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => this.now(), wait);
  }

  /** The page is left on purpose, its form sent as a whole. */
  leaving() {
    clearTimeout(this.#timer);
    this.#isHeld = true;
    this.#saved = this.#version;
  }

  /** Ends a conflict: what is on the page is to be saved over `revision`, or is that revision itself. */
  settle(revision, isMine) {
    this.form.elements.namedItem("revision").value = revision;
    this.#isHeld = false;
    if (isMine) {
      this.#version += 1;
      void this.now();
    } else {
      this.#saved = this.#version;
      this.#say("saved", "save_done");
    }
  }

  #say(state, key, values = {}) {
    const text = say(key, { at: values.at ?? "" }).trim();
    this.line.dataset.state = state;
    if (this.line.textContent !== text) this.line.textContent = text;
  }
}
