/* The table of a paper: rows are added, removed and numbered here; the totals are shown at once,
   what the pool holds for each row a moment after the last change. Without it the rows that the
   server wrote can still be filled in. */

const form = document.querySelector("form[data-paper]");
const table = form.querySelector("[data-rows]");
const blank = form.querySelector("[data-blank]");
const shortage = form.querySelector("[data-shortage]");
const most = Number(form.dataset.most);
const PAUSE = 400; // ms after the last key

const rows = () => [...table.querySelectorAll("[data-row]")];
const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);
const number = (row, name) => Number(cell(row, name).value) || 0;

/* Names and ids carry the place: the server reads rows-0, rows-1 … without gaps. */
function renumber() {
  rows().forEach((row, place) => {
    for (const node of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = node.getAttribute(name);
        if (value) node.setAttribute(name, value.replaceAll(/rows-(n|\d+)-/g, `rows-${place}-`));
      }
    }
    row.querySelector("legend").textContent = `${place + 1}`;
  });
  form.querySelector("[data-add]").disabled = rows().length >= most;
}

function add(values = {}) {
  table.append(blank.content.cloneNode(true));
  const row = rows().at(-1);
  for (const [name, value] of Object.entries(values)) cell(row, name).value = value;
  reveal(row);
  return row;
}

function reveal(row) {
  row.querySelector("[data-remove]").hidden = false;
  show_marking(row);
}

function show_marking(row) {
  cell(row, "marking").closest(".qa-field").toggleAttribute("data-idle", cell(row, "kind").value !== "multiple");
}

/* A fixed paper is told by sitting_named.js. */
const is_named = () => form.querySelector("[name=paper]:checked")?.value === "named";

function total() {
  if (is_named()) return;
  let points = 0;
  let count = 0;
  for (const row of rows()) {
    points += number(row, "count") * number(row, "points");
    count += number(row, "count");
  }
  form.querySelector("[data-paper-total]").textContent = String(Math.round(points * 1000) / 1000);
  form.querySelector("[data-paper-count]").textContent = String(count);
  show_limit();
}

/* Where sections have limits, the whole has their sum. */
function show_limit() {
  const whole = form.querySelector("[name=limit_minutes]");
  const minutes = rows().reduce((sum, row) => sum + (number(row, "count") && number(row, "minutes")), 0);
  whole.readOnly = minutes > 0;
  if (minutes > 0) whole.value = String(minutes);
}

let waiting = 0;
let asking = null;

function changed() {
  total();
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE);
}

async function ask() {
  asking?.abort();
  if (is_named()) return;
  asking = new AbortController();
  try {
    const reply = await fetch(form.dataset.paper, { method: "POST", body: new FormData(form), signal: asking.signal });
    if (reply.ok) show(await reply.json());
  } catch {
    // Left for a later change: the server checks the same when the form is sent.
  }
}

function show(told) {
  const areas = form.querySelector("#paper-areas");
  areas.replaceChildren(...told.areas.map((area) => new Option(area, area)));
  const short = [];
  rows().forEach((row, place) => {
    const found = told.rows[place];
    const output = row.querySelector("[data-found]");
    output.textContent = found ? form.dataset.found.replace("{n}", found.found) : "";
    row.toggleAttribute("data-short", Boolean(found?.problem));
    if (found?.problem) short.push(`${place + 1}. ${found.problem}`);
  });
  shortage.textContent = short.join(" ");
}

function remove(row) {
  const place = rows().indexOf(row);
  row.remove();
  if (!rows().length) add();
  renumber();
  cell(rows()[Math.min(place, rows().length - 1)], "kind").focus();
  changed();
}

function use(preset) {
  table.replaceChildren();
  for (const part of preset.split(",")) {
    const [kind, count, points] = part.split(":");
    add({ kind, count, points });
  }
  renumber();
  cell(rows()[0], "count").focus();
  changed();
}

form.addEventListener("input", changed);
form.addEventListener("change", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) show_marking(row);
});
form.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("[data-remove]")) remove(target.closest("[data-row]"));
  else if (target.closest("[data-preset]")) use(target.closest("[data-preset]").dataset.preset);
  else if (target.closest("[data-add]")) {
    const last = rows().at(-1);
    const row = add({ kind: cell(last, "kind").value, points: cell(last, "points").value });
    renumber();
    cell(row, "kind").focus();
    changed();
  }
});

for (const hidden of form.querySelectorAll("[data-add], [data-presets]")) hidden.hidden = false;
rows().forEach(reveal);
renumber();
changed();
