/* The invigilation console: asks for the list now and then, shows it, keeps who is chosen.

   It rests while nobody looks, asks more seldom when the server does not answer, and takes "nothing has
   changed" (304) for an answer. Times are the server's: the page knows what its clock said. */

import { startActs } from "./acts.js";
import { fill } from "./line.js";

const root = document.querySelector("[data-console]");
const words = JSON.parse(root.dataset.words);
const list = root.querySelector("[data-list]");
const template = document.getElementById("watch-line");
const live = root.querySelector("[data-live]");
const offset = Number(root.dataset.now) - performance.now();
const EVERY_MS = 6_000;
const LONGEST_MS = 60_000;
const SHARE = 20; // a list that takes long is asked for less often: never more than a twentieth of the time

const state = { tag: "", rows: [], chosen: new Map(), wait: EVERY_MS, timer: 0, busy: false };
const now = () => performance.now() + offset;
const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

async function look() {
  clearTimeout(state.timer);
  if (state.busy || document.visibilityState !== "visible") return;
  state.busy = true;
  const asked = performance.now();
  try {
    const headers = { Accept: "application/json", ...(state.tag && { "If-None-Match": state.tag }) };
    const reply = await fetch(root.dataset.rows, { headers, credentials: "same-origin", redirect: "error" });
    if (reply.status === 401 || reply.status === 404) return void (live.textContent = words.login);
    if (reply.status !== 304 && !reply.ok) throw new Error(reply.status);
    if (reply.ok) take(await reply.json(), reply.headers.get("ETag"));
    state.wait = Math.min(LONGEST_MS, Math.max(EVERY_MS, SHARE * (performance.now() - asked)));
    live.textContent = words.live;
  } catch {
    state.wait = Math.min(LONGEST_MS, state.wait * 2);
    live.textContent = words.away;
  } finally {
    state.busy = false;
  }
  state.timer = setTimeout(look, state.wait * (0.85 + Math.random() * 0.3));
}

function take(body, tag) {
  state.tag = tag ?? "";
  state.rows = body.rows;
  root.querySelector("[data-total]").textContent = body.total ? say("total", { n: body.total.toLocaleString("en") }) : words.nobody;
  for (const option of root.querySelectorAll("option[data-label]")) {
    option.textContent = `${option.dataset.label} ${body.tally[option.value] ?? 0}`;
  }
  const page = Number(new URLSearchParams(location.search).get("page") ?? 1);
  const pages = root.querySelector("[data-pages]");
  pages.hidden = body.pages < 2;
  pages.querySelector("[data-page]").textContent = say("page", { n: page, m: body.pages });
  for (const link of pages.querySelectorAll("[data-step]")) {
    const to = page + Number(link.dataset.step);
    link.hidden = to < 1 || to > body.pages;
  }
  const known = new Map([...list.children].map((line) => [line.dataset.id, line]));
  const lines = body.rows.map((row) => known.get(row.id) ?? make(row));
  // moved only where the order differs, so that a focused box keeps the focus
  if (lines.length !== list.children.length || lines.some((line, i) => list.children[i] !== line)) {
    list.replaceChildren(...lines);
  }
  for (const id of [...state.chosen.keys()]) if (!body.rows.some((row) => row.id === id)) state.chosen.delete(id);
  paint();
}

function make(row) {
  const line = template.content.firstElementChild.cloneNode(true);
  line.dataset.id = row.id;
  return line;
}

function paint() {
  state.rows.forEach((row, i) => fill(list.children[i], row, { now: now(), say, isChosen: state.chosen.has(row.id), base: root.dataset.person }));
  const all = root.querySelector("[data-all]");
  if (all) all.checked = state.rows.length > 0 && state.chosen.size === state.rows.length;
}

root.addEventListener("change", ({ target }) => {
  if (target.matches("[data-choose]")) choose(target.closest("li").dataset.id, target.checked);
  if (target.matches("[data-all]")) for (const row of state.rows) choose(row.id, target.checked);
  paint();
});

function choose(id, isChosen) {
  const row = state.rows.find((each) => each.id === id);
  if (isChosen && row) state.chosen.set(id, row.name);
  else state.chosen.delete(id);
}

document.addEventListener("visibilitychange", () => void look());
setInterval(paint, 1_000);
startActs({ root, say, chosen: state.chosen, after: () => void look() });
void look();
