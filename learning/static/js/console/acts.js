/* Acts of the console: one dialog asks for whom, why and how much; batches go one after the other.

   An act keeps its id until it is done, so that sending it again after a failure does nothing twice. */

import { post, Refused } from "../editor/post.js";

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(24))].map((n) => LETTERS[n % 36]).join("");
}

export function startActs({ root, say, chosen, after }) {
  const dialog = document.getElementById("act");
  const form = document.getElementById("act-form");
  const status = form.querySelector("[data-act-status]");
  const progress = form.querySelector("[data-act-progress]");
  const confirm = form.querySelector("[type=submit]");
  const noteLabel = form.querySelector("[data-note-label]");
  let act = null;

  root.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-act]");
    if (button) open(button);
  });
  form.querySelector("[data-act-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("cancel", (event) => { if (act?.isRunning) event.preventDefault(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); void run(); });

  function open(button) {
    const isForAll = "everybody" in button.dataset;
    act = { id: newId(), kind: button.dataset.act, batch: Number(button.dataset.batch), people: [...chosen.keys()], isRunning: false };
    document.getElementById("act-title").textContent = button.textContent;
    form.querySelector("[data-act-help]").textContent = button.dataset.help;
    const names = act.people.length === 1 ? [...chosen.values()][0] : say("chosen", { n: act.people.length });
    form.querySelector("[data-chosen]").textContent = names;
    form.querySelector("[data-scope-all]").hidden = !isForAll;
    const [some, all] = form.elements.scope;
    some.disabled = act.people.length === 0;
    some.checked = !some.disabled;
    all.checked = some.disabled && isForAll;
    for (const field of form.querySelectorAll("[data-for]")) field.hidden = field.dataset.for !== act.kind;
    noteLabel.textContent = noteLabel.dataset[act.kind === "message" ? "message" : "plain"];
    form.elements.note.value = "";
    form.elements.reason.value = "";
    status.textContent = "";
    progress.hidden = true;
    confirm.disabled = false;
    dialog.showModal();
  }

  function data(fields) {
    const body = new FormData();
    const minutes = act.kind === "extend" ? form.elements.minutes.value : "";
    const all = { kind: act.kind, act_id: act.id, reason: form.elements.reason.value, note: form.elements.note.value, minutes, ...fields };
    for (const [name, value] of Object.entries(all)) body.set(name, value);
    return body;
  }

  function isComplete() {
    const { scope, reason, note, minutes } = form.elements;
    return Boolean(scope.value && reason.value)
      && (act.kind !== "message" || note.value.trim() !== "")
      && (act.kind !== "extend" || (minutes.value !== "" && minutes.checkValidity()));
  }

  async function run() {
    if (act.isRunning) return;
    if (!isComplete()) return void (status.textContent = say("missing"));
    act.isRunning = true;
    confirm.disabled = true;
    progress.hidden = false;
    progress.removeAttribute("value");
    try {
      const n = await (form.elements.scope.value === "people" ? somePeople() : everybody());
      dialog.close();
      root.querySelector("[data-total]").textContent = say("done", { n });
      chosen.clear();
    } catch (error) {
      status.textContent = error instanceof Refused ? failure(error) : say("failed");
      progress.hidden = true;
      confirm.disabled = false;
    } finally {
      act.isRunning = false;
      after();
    }
  }

  async function somePeople() {
    let done = 0;
    progress.max = act.people.length;
    for (let i = 0; i < act.people.length; i += act.batch) {
      const people = act.people.slice(i, i + act.batch);
      done += (await post(root.dataset.acts, data({ scope: "people", people: people.join(" ") }))).done;
      progress.value = i + people.length;
    }
    return done;
  }

  async function everybody() {
    const room = root.querySelector("[name=room]")?.value ?? "";
    let done = 0;
    for (let next = ""; next !== null;) {
      const reply = await post(root.dataset.acts, data({ scope: "everybody", room, after: next }));
      done += reply.done;
      next = reply.after;
      status.textContent = say("running", { n: done });
    }
    return done;
  }

  function failure(error) {
    if (error.status === 401) return say("login");
    return error.body.error === "closed" ? say("closed") : say("failed");
  }
}
