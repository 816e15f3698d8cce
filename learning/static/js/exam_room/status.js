/* Says in words what is saved: per item, in total, and, when something stands in the way, in a banner
   that tells what happened and what to do. */

import { say, sayPositions } from "./words.js";

const BACK_MS = 5000;

export class Status {
  #wasInTrouble = false;
  #backTimer = null;

  constructor(session) {
    this.session = session;
    this.banner = document.getElementById("conn-net");
    this.totals = [...document.querySelectorAll("[data-save-total]")];
    const plain = document.getElementById("conn-plain");
    plain.hidden = session.store.persistent || session.finished;
    plain.querySelector("[data-plain-http]").hidden = window.isSecureContext;
    plain.querySelector("[data-no-storage]").hidden = !window.isSecureContext;
    this.banner.querySelector("[data-retry]").addEventListener("click", () => session.reach());
    this.paint();
  }

  /** "unseen" | "answered" | "saving" | "unsaved" of one item. */
  stateOf(position) {
    const { log } = this.session;
    if (log.refusal(position)) return "unsaved";
    if (log.hasPending(position)) return this.#stuck ? "unsaved" : "saving";
    return log.response(position) === null ? "unseen" : "answered";
  }

  get #stuck() {
    const { sender, moved } = this.session;
    return moved || sender.trouble !== null || ["login", "gone"].includes(sender.held);
  }

  paintItem(article) {
    const line = article.querySelector("[data-item-save]");
    const position = Number(article.dataset.position);
    const { log } = this.session;
    const state = this.stateOf(position);
    line.hidden = state === "unseen" && !log.shown(position);
    line.dataset.state = state === "unseen" || state === "answered" ? "saved" : state;
    const word = log.refusal(position) ? "item_refused"
      : { saving: "item_saving", unsaved: this.session.allKept ? "item_kept" : "item_unsaved" }[state] ?? "item_saved";
    const text = say(word);
    if (line.textContent !== text) line.textContent = text;
  }

  paint() {
    const { log, finished } = this.session;
    const positions = [...new Set(log.pending().map((entry) => entry.position))];
    this.#paintTotals(positions, finished);
    this.#paintBanner(positions, finished);
  }

  #paintTotals(positions, finished) {
    const n = positions.length;
    const none = !n && !this.session.log.isAnswered();
    const state = none ? "none" : !n ? "saved" : this.#stuck ? "unsaved" : "saving";
    for (const line of this.totals) {
      const short = line.dataset.saveTotal === "short";
      line.hidden = finished;
      line.dataset.state = state;
      const text = none ? say("none_yet") : !n ? say(short ? "short_saved" : "all_saved")
        : state === "saving" ? say("saving_n", { n })
          : say(!short && this.session.allKept ? "kept_n" : "unsaved_n", { n });
      if (line.textContent !== text) line.textContent = text;
    }
  }

  #paintBanner(positions, finished) {
    const { sender, moved } = this.session;
    const trouble = sender.held === "login" ? "login" : sender.trouble;
    if (finished || moved || sender.held === "gone" || (!trouble && !this.#wasInTrouble)) {
      this.banner.hidden = true;
      return;
    }
    if (trouble && positions.length) this.#say(trouble, sayPositions(positions));
    else if (this.#wasInTrouble && !trouble) this.#sayBack();
    this.#wasInTrouble = trouble !== null;
  }

  #say(trouble, items) {
    clearTimeout(this.#backTimer);
    const kept = this.session.allKept ? "net_lost_kept" : "net_lost_memory";
    const [title, text] = { network: ["net_lost", kept], busy: ["net_busy", null], login: ["login_wait", null] }[trouble];
    this.#fill(say(title, { items }), text ? say(text) : "", "");
  }

  #sayBack() {
    this.#fill(say("net_back"), "", "back");
    clearTimeout(this.#backTimer);
    this.#backTimer = setTimeout(() => { this.banner.hidden = true; }, BACK_MS);
  }

  #fill(title, text, level) {
    const set = (name, value) => {
      const node = this.banner.querySelector(name);
      if (node.textContent !== value) node.textContent = value;
    };
    set("[data-conn-title]", title);
    set("[data-conn-text]", text);
    this.banner.dataset.level = level;
    this.banner.querySelector("[data-retry]").hidden = level === "back";
    this.banner.hidden = false;
  }
}

/** Callouts above the paper that stay until closed: what was refused, late or closed. */
export function showNotice({ text, kind }) {
  const place = document.getElementById("notices");
  if ([...place.children].some((note) => note.textContent === text)) return;
  const note = document.createElement("div");
  note.className = "qa-note";
  note.dataset.kind = kind;
  const words = document.createElement("p");
  words.textContent = text;
  note.append(words);
  place.append(note);
}
