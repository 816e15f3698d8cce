/* A fixed paper: the text of codes and points shown as a list that is searched for, pasted into, put in
   order by hand (buttons or dragging) and weighed. The text stays what is sent; without this script it
   is written itself. The way chosen decides which half of the form is shown. */

const form = document.querySelector("form[data-paper]");
const box = form.querySelector("[data-named]");
const text = form.querySelector("[data-named-text] textarea");
const chosen = box.querySelector("[data-chosen]");
const hits = box.querySelector("[data-found-items]");
const said = box.querySelector("[data-named-said]");
const query = box.querySelector("#named-q");
const codes = box.querySelector("#named-codes");
const worth = box.querySelector("#named-points");
const about = new Map(); // what the server told of an item, by code

const is_named = () => form.querySelector("[name=paper]:checked")?.value === "named";
const lines = () => [...chosen.children];
const say = (words, told = {}) => {
  said.textContent = words.replace(/\{(\w+)\}/g, (whole, name) => told[name] ?? whole);
};

function describe(row) {
  const told = about.get(row.dataset.code);
  row.querySelector("[data-code]").textContent = row.dataset.code;
  row.querySelector("[data-about]").textContent = told ? [told.kind, told.area, (told.difficulty / 1000).toFixed(2)].filter(Boolean).join(" · ") : "";
  row.querySelector("[data-stem]").textContent = told?.stem ?? "";
}

function make(template, code) {
  const row = box.querySelector(template).content.firstElementChild.cloneNode(true);
  row.dataset.code = code;
  describe(row);
  return row;
}

function append(code, points) {
  if (lines().some((row) => row.dataset.code === code)) return false;
  const row = make("[data-named-row]", code);
  row.querySelector("[data-points]").value = points;
  row.querySelector("[data-worth]").textContent = code;
  chosen.append(row);
  return true;
}

/* Numbers, totals and the text that is sent follow the list. */
function settle() {
  if (box.hidden) return;
  lines().forEach((row, place) => {
    row.querySelector("[data-n]").textContent = String(place + 1);
  });
  box.querySelector("[data-named-none]").hidden = lines().length > 0;
  text.value = lines().map((row) => `${row.dataset.code} ${row.querySelector("[data-points]").value.trim() || "1"}`).join("\n");
  if (!is_named()) return;
  const points = lines().reduce((sum, row) => sum + (Number(row.querySelector("[data-points]").value) || 0), 0);
  form.querySelector("[data-paper-total]").textContent = String(Math.round(points * 1000) / 1000);
  form.querySelector("[data-paper-count]").textContent = String(lines().length);
}

async function ask(name, value) {
  const body = new FormData();
  body.set("csrf_token", form.querySelector("[name=csrf_token]").value);
  body.set("source", form.querySelector("[name=source]").value);
  body.set(name, value);
  try {
    const reply = await fetch(box.dataset.url, { method: "POST", body });
    if (!reply.ok) return null;
    const told = await reply.json();
    for (const item of told.items) about.set(item.code, item);
    return told;
  } catch {
    return null; // the server looks at every line when the form is sent
  }
}

async function search() {
  const told = await ask("q", query.value);
  hits.replaceChildren(...(told?.items ?? []).map((item) => make("[data-named-hit]", item.code)));
  say(told?.items.length ? "" : box.dataset.none);
}

async function paste() {
  const asked = [...new Set(codes.value.split(/[\s,，;；]+/).filter(Boolean))];
  if (!asked.length) return;
  const told = await ask("codes", asked.join("\n"));
  const known = asked.filter((code) => !told?.missing.includes(code));
  const count = known.filter((code) => append(code, worth.value || "1")).length;
  codes.value = told?.missing.join("\n") ?? "";
  settle();
  if (told?.missing.length) say(box.dataset.missing, { codes: told.missing.join(" ") });
  else say(box.dataset.added, { n: count });
}

function move(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  settle();
  row.querySelector(`[data-move="${step}"]`).focus();
  say(box.dataset.moved, { code: row.dataset.code, n: lines().indexOf(row) + 1 });
}

function drop(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  settle();
  (next?.querySelector("[data-drop]") ?? query).focus();
  say(box.dataset.removed, { code: row.dataset.code });
}

let dragged = null;
chosen.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("li");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.code);
});
chosen.addEventListener("dragover", (event) => {
  const over = event.target.closest("li");
  if (!dragged) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const half = over.getBoundingClientRect();
  if (event.clientY < half.top + half.height / 2) over.before(dragged);
  else over.after(dragged);
});
chosen.addEventListener("dragend", () => {
  if (dragged) say(box.dataset.moved, { code: dragged.dataset.code, n: lines().indexOf(dragged) + 1 });
  dragged = null;
  settle();
});
box.addEventListener("click", (event) => {
  const { target } = event;
  const row = target.closest("li");
  if (target.closest("[data-search]")) search();
  else if (target.closest("[data-add-codes]")) paste();
  else if (target.closest("[data-take]")) {
    const is_new = append(row.dataset.code, worth.value || "1");
    settle();
    say(box.dataset.added, { n: Number(is_new) });
  } else if (target.closest("[data-move]")) move(row, Number(target.closest("[data-move]").dataset.move));
  else if (target.closest("[data-drop]")) drop(row);
});
chosen.addEventListener("input", settle);
query.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault(); // the form is not sent by looking for an item
  search();
});

function show_way() {
  for (const way of form.querySelectorAll("[data-way]")) way.hidden = (way.dataset.way === "named") !== is_named();
  if (is_named()) settle();
}

form.addEventListener("change", (event) => {
  if (event.target.name === "paper") show_way();
});

for (const line of text.value.split("\n")) {
  const [code, points] = line.trim().split(/[\s,，]+/);
  if (code) append(code, points ?? "1");
}
// A line that is wrong stays as it was written: the list cannot hold it.
const is_plain = lines().length === text.value.split("\n").filter((line) => line.trim()).length;
box.hidden = !is_plain;
form.querySelector("[data-named-text]").hidden = is_plain && !text.hasAttribute("aria-invalid");
show_way();
if (is_plain && lines().length) {
  const held = lines().map((row) => row.dataset.code);
  ask("codes", held.join("\n")).then(() => lines().forEach(describe));
}
