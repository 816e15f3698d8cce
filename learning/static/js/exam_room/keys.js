/* Single-key shortcuts, which a person may switch off (WCAG 2.1.4). Not while typing, not in a dialog,
   not with Ctrl, Alt or Meta. */

const SETTING = "qa-shortcuts";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** act: {option(index), strike(index), flag(), previous(), next(), notes(), calculator()}, each optional. */
export function startKeys(act) {
  const dialog = document.getElementById("shortcuts");
  const box = document.getElementById("shortcuts-on");
  box.checked = readSetting();
  box.addEventListener("change", () => writeSetting(box.checked));
  for (const button of document.querySelectorAll("[data-shortcuts]")) button.addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (document.querySelector("dialog[open]") || isTyping(event.target)) return;
    if (event.key === "?") dialog.showModal();
    else if (!box.checked || !handle(event)) return;
    event.preventDefault();
  });

  function handle({ key, shiftKey }) {
    if (key === "ArrowLeft") return act.previous?.() ?? true;
    if (key === "ArrowRight") return act.next?.() ?? true;
    if (key === "=" && act.calculator) return act.calculator() ?? true;
    const lower = key.toLowerCase();
    const index = lower.length === 1 ? LETTERS.indexOf(lower) : -1;
    if (shiftKey) return index >= 0 && Boolean(act.strike?.(index));
    if (lower === "f" && act.flag) return act.flag() ?? true;
    if (lower === "n" && act.notes) return act.notes() ?? true;
    return index >= 0 && act.option(index);
  }
}

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

function readSetting() {
  try { return localStorage.getItem(SETTING) !== "off"; } catch { return true; }
}

function writeSetting(on) {
  try { localStorage.setItem(SETTING, on ? "on" : "off"); } catch { /* a private window: for this page only */ }
}
