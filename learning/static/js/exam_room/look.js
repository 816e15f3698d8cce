/* How the paper is shown on this device: size of text, contrast, one item or all, clock. Kept here only. */

const KEPT = "qa-room-look";
const FIRST = { size: "m", contrast: "normal", view: "one", clock: "on" };

/** change(look) is called at first and whenever somebody chooses. */
export function startLook(change) {
  const form = document.getElementById("look");
  const look = { ...FIRST, ...readKept() };
  const choices = (name) => [...form.elements].filter((field) => field.name === name);
  for (const name of Object.keys(FIRST)) {
    if (!choices(name).some((field) => field.value === look[name])) look[name] = FIRST[name];
    for (const field of choices(name)) field.checked = field.value === look[name];
  }
  form.addEventListener("change", ({ target }) => {
    look[target.name] = target.value;
    try { localStorage.setItem(KEPT, JSON.stringify(look)); } catch { /* a private window: for this page only */ }
    apply();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();

  function apply() {
    Object.assign(document.documentElement.dataset, { size: look.size, contrast: look.contrast, clock: look.clock });
    change(look);
  }
}

function readKept() {
  try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; }
}
