/* What every page needs: theme switch, menus, print button, focus on the first error, and forgetting
   the kept exam room when the person changes or logs out. */

import { keepFormulasReadable, setsMathML } from "./math_text.js";

const root = document.documentElement;
const ROOM_CACHES = "qa-room:";

function switchTheme() {
  const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = next;
  delete root.dataset.themeAuto;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `qa_theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

/** Deletes the kept room pages of everyone but `person` (of everyone when it is null). */
async function forgetRooms(person) {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(ROOM_CACHES) && name !== ROOM_CACHES + person) await caches.delete(name);
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  closeMenus(target?.closest("details[data-menu]"));
  if (target?.closest("[data-theme-toggle]")) switchTheme();
  if (target?.closest("[data-print]")) window.print();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  closeMenus(null);
  menu?.querySelector("summary")?.focus();
});

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement)) return;
  if ("logout" in event.target.dataset) void forgetRooms(null);
  for (const button of event.target.querySelectorAll("[data-busy]")) wait(button);
});

/** Says on a button that its reply takes a while, and keeps it from being pressed twice. */
function wait(button) {
  const word = button.textContent;
  setTimeout(() => { button.disabled = true; }); // after the form was read
  button.textContent = button.dataset.busy;
  window.addEventListener("pageshow", () => { [button.disabled, button.textContent] = [false, word]; }, { once: true });
}

if (!setsMathML()) keepFormulasReadable();

/* A phone shows the head of a row of tabs: bring the page shown into sight. */
for (const tab of document.querySelectorAll(".qa-tabs > [aria-current=page]")) {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
document.querySelector("[data-focus-first]")?.focus();
if (root.dataset.person) void forgetRooms(root.dataset.person);
