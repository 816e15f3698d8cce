/* One's own notes and highlights in a lesson: made from a selection or by the form below the text, shown
   where they belong, changed in a dialog. What the server did not take is said and nothing is lost. */

import { Api } from "../exam_room/api.js";
import { findQuote, markText, readRange, readText } from "./anchor.js";

const MAX_QUOTE = 500;
const holder = document.getElementById("notes-config");
const root = document.querySelector("[data-lesson-text]");

class Notes {
  constructor(config) {
    this.config = config;
    this.words = {};
    this.api = new Api(config.csrf, { observe() {} });
    this.notes = [];
    this.bar = document.getElementById("note-bar");
    this.dialog = document.getElementById("note-dialog");
    this.list = document.getElementById("note-list");
    this.selected = null;
    this.editing = null;
  }

  async start() {
    const reply = await this.api.get(this.config.url);
    if (reply.status !== 200) return this.#say(document.getElementById("note-status").dataset.notRead);
    ({ notes: this.notes, words: this.words } = reply.body);
    this.#bind();
    this.paint();
    this.#onSelection(); // made while the notes were on their way
    if (location.hash.startsWith("#note-")) document.querySelector(location.hash)?.scrollIntoView({ block: "center" });
    return undefined;
  }

  #bind() {
    document.addEventListener("selectionchange", () => this.#onSelection());
    this.bar.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
    this.bar.querySelector("[data-highlight]").addEventListener("click", () => void this.#add(this.selected, ""));
    this.bar.querySelector("[data-write]").addEventListener("click", () => this.#open(null, this.selected));
    root.addEventListener("click", (event) => this.#onMark(event));
    document.addEventListener("keydown", (event) => this.#onKey(event));
    this.dialog.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); void this.#save(); });
    this.dialog.querySelector("[data-cancel]").addEventListener("click", () => this.dialog.close());
    this.dialog.querySelector("[data-remove]").addEventListener("click", () => void this.#remove());
    document.getElementById("note-new").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#addByForm(event.target);
    });
  }

  /** Enter on a selection opens the dialog: a keyboard needs no way to the bar. */
  #onKey(event) {
    const free = event.target === document.body && !event.defaultPrevented && !event.isComposing;
    if (free && event.key === "Enter" && this.selected && !this.dialog.open) {
      event.preventDefault();
      this.#open(null, this.selected);
    }
  }

  #onMark(event) {
    const opener = event.target.closest("[data-note]");
    if (!opener || !document.getSelection().isCollapsed || event.target.closest("a")) return;
    const note = this.notes.find(({ id }) => id === opener.dataset.note);
    if (note) this.#open(note, note);
  }

  #onSelection() {
    const selection = document.getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    const within = range && root.contains(range.commonAncestorContainer) ? range : null;
    this.selected = within && readRange(readText(root), within);
    this.bar.hidden = !this.selected;
    if (this.selected) this.#place(within.getBoundingClientRect());
  }

  /** Above the selection; on narrow screens the style sheet keeps the bar at the lower edge. */
  #place(box) {
    const above = box.top - this.bar.offsetHeight - 8;
    const left = Math.min(box.left, window.innerWidth - this.bar.offsetWidth - 8);
    this.bar.style.setProperty("--at-top", `${Math.max(8, above < 60 ? Math.min(box.bottom + 8, window.innerHeight - 60) : above)}px`);
    this.bar.style.setProperty("--at-left", `${Math.max(8, left)}px`);
  }

  #open(note, place) {
    this.editing = { note, place };
    this.bar.hidden = true;
    this.dialog.querySelector("[data-quote]").textContent = place.quote;
    this.dialog.querySelector("[data-quote]").hidden = !place.quote;
    this.dialog.querySelector("textarea").value = note?.text ?? "";
    this.dialog.querySelector("[data-remove]").hidden = !note;
    this.#tell("");
    this.dialog.showModal();
    this.dialog.querySelector("textarea").focus();
  }

  async #save() {
    const { note, place } = this.editing;
    const text = this.dialog.querySelector("textarea").value.trim();
    const done = note ? await this.#change(note, text) : await this.#add(place, text);
    if (done) this.dialog.close();
  }

  async #add(place, text) {
    if (!place) return false;
    if (place.quote.length > MAX_QUOTE) return this.#refuse(this.words.too_long);
    const { quote, prefix, suffix, heading = "" } = place;
    const reply = await this.api.post(this.config.url, { quote, prefix, suffix, heading, text });
    if (reply.status !== 200) return this.#refuse(this.#why(reply));
    this.notes.push(reply.body.note);
    document.getSelection().removeAllRanges();
    this.paint();
    return this.#done(this.words.saved);
  }

  async #addByForm(form) {
    const data = new FormData(form);
    const text = data.get("text").trim();
    if (!text) return;
    const place = { quote: "", prefix: "", suffix: "", heading: data.get("heading") ?? "" };
    if (await this.#add(place, text)) form.reset();
  }

  async #change(note, text) {
    if (!text && !note.quote) return this.#remove();
    const reply = await this.api.post(note.url, { text });
    if (reply.status !== 200) return this.#refuse(this.#why(reply));
    note.text = reply.body.note.text;
    this.paint();
    return this.#done(this.words.saved);
  }

  async #remove() {
    const { note } = this.editing;
    const reply = await this.api.post(note.remove_url, {});
    if (reply.status !== 200 && reply.status !== 404) return this.#refuse(this.#why(reply));
    this.notes = this.notes.filter((each) => each !== note);
    this.paint();
    this.dialog.close();
    return this.#done(this.words.removed);
  }

  #why({ status, body }) {
    if (status === 0 || status >= 500) return this.words.offline;
    return status === 409 ? body.error?.message ?? body.message ?? this.words.refused : this.words.refused;
  }

  #refuse(words) {
    if (this.dialog.open) this.#tell(words);
    else this.#say(words);
    return false;
  }

  #done(words) {
    this.#say(words);
    return true;
  }

  #tell(words) {
    this.dialog.querySelector("[data-problem]").textContent = words;
  }

  #say(words) {
    document.getElementById("note-status").textContent = words;
  }

  /** Draws all marks and the list anew; the text itself stays as the server rendered it. */
  paint() {
    for (const opener of root.querySelectorAll("[data-note-open]")) opener.remove();
    for (const mark of root.querySelectorAll("mark[data-note]")) mark.replaceWith(...mark.childNodes);
    root.normalize();
    const rows = this.notes.map((note) => this.#row(note, this.#show(note)));
    this.list.replaceChildren(...rows);
    document.getElementById("note-none").hidden = rows.length > 0;
  }

  /** Marks a note's quote in the text; false where its words are gone. */
  #show(note) {
    if (!note.quote) return true;
    const text = readText(root);
    const place = findQuote(text, note);
    if (!place) return false;
    const marks = markText(text, place, () => {
      const mark = document.createElement("mark");
      mark.className = "qa-highlight";
      mark.dataset.note = note.id;
      return mark;
    });
    if (!marks.length) return true; // a formula alone: the list below tells of it
    marks.at(-1).id = `note-${note.id}`;
    marks[0].after(this.#opener(note));
    return true;
  }

  #opener(note) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "qa-noteopen";
    button.dataset.note = note.id;
    button.dataset.noteOpen = "";
    button.lang = document.documentElement.lang;
    button.textContent = note.text ? "✎" : "·";
    button.setAttribute("aria-label", (note.text ? this.words.open_note : this.words.open_highlight).replace("{text}", (note.text || note.quote).slice(0, 40)));
    return button;
  }

  #row(note, isHeld) {
    const row = document.createElement("li");
    if (note.quote) row.append(this.#quote(note, isHeld));
    else if (note.heading) row.append(this.#atHeading(note));
    if (note.text) row.append(paragraph(note.text, "qa-notetext"));
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-ghost";
    button.textContent = this.words.edit;
    button.setAttribute("aria-label", this.words.edit_which.replace("{text}", (note.text || note.quote).slice(0, 40)));
    button.addEventListener("click", () => this.#open(note, note));
    row.append(button);
    return row;
  }

  #quote(note, isHeld) {
    const quote = document.createElement("blockquote");
    quote.className = "qa-notequote";
    quote.lang = "zh-CN";
    if (isHeld && document.getElementById(`note-${note.id}`)) quote.append(link(`#note-${note.id}`, note.quote));
    else quote.append(note.quote);
    if (isHeld) return quote;
    const gone = paragraph(this.words.detached, "qa-badge");
    gone.dataset.s = "due";
    const box = document.createElement("div");
    box.append(quote, gone);
    return box;
  }

  #atHeading(note) {
    const heading = document.getElementById(note.heading);
    const line = document.createElement("p");
    line.className = "t2 small m-0";
    line.append(heading ? link(`#${note.heading}`, heading.textContent) : this.words.detached);
    return line;
  }
}

function paragraph(text, name) {
  const made = document.createElement("p");
  made.className = `${name} m-0`;
  made.textContent = text;
  return made;
}

function link(href, text) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = text;
  return made;
}

if (holder && root) void new Notes(JSON.parse(holder.textContent)).start();
