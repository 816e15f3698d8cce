/* Tabs in a lesson: neighbouring "!!! tab" boxes become one set of which one is shown.

   Without this script, on paper and in a search they stand one below the other, each under its title.
   The buttons have no text of their own in the page: notes find their places in the lesson's text. */

let made = 0;

/** The boxes of a lesson, those that follow each other directly in one list. */
function sets(text) {
  const found = [];
  for (const box of text.querySelectorAll(".admonition.tab")) {
    const last = found.at(-1);
    if (last && last.at(-1) === box.previousElementSibling) last.push(box);
    else found.push([box]);
  }
  return found.filter((boxes) => boxes.length > 1);
}

class Tabs {
  constructor(boxes) {
    this.boxes = boxes;
    this.list = document.createElement("div");
    this.list.className = "qa-tabs";
    this.list.setAttribute("role", "tablist");
    this.buttons = boxes.map((box) => this.button(box));
    boxes[0].before(this.list);
    this.show(0);
  }

  button(box) {
    const button = document.createElement("button");
    const title = box.querySelector(":scope > .admonition-title")?.textContent ?? "";
    made += 1;
    button.type = "button";
    button.id = `tab-${made}`;
    box.id = `tab-panel-${made}`;
    button.dataset.title = title;
    for (const [name, value] of Object.entries({ role: "tab", "aria-label": title, "aria-controls": box.id }))
      button.setAttribute(name, value);
    for (const [name, value] of Object.entries({ role: "tabpanel", "aria-labelledby": button.id, tabindex: "0" }))
      box.setAttribute(name, value);
    box.classList.add("qa-tabpanel");
    const place = this.list.childElementCount;
    button.addEventListener("click", () => this.show(place));
    button.addEventListener("keydown", (event) => this.key(event, place));
    this.list.append(button);
    return button;
  }

  key(event, place) {
    const count = this.boxes.length;
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1 + count, Home: 0, End: count - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the same keys turn to the next lesson
    this.show(to % count);
    this.buttons[to % count].focus();
  }

  show(place) {
    this.boxes.forEach((box, at) => {
      box.hidden = at !== place;
      this.buttons[at].setAttribute("aria-selected", String(at === place));
      this.buttons[at].tabIndex = at === place ? 0 : -1;
    });
  }

  /** Show the tab that holds what an address or a note leads to. */
  reveal(target) {
    const place = this.boxes.findIndex((box) => box.contains(target));
    if (place >= 0 && this.boxes[place].hidden) this.show(place);
  }
}

export function makeTabs(text) {
  const all = sets(text).map((boxes) => new Tabs(boxes));
  const follow = () => {
    const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (!target || !text.contains(target)) return;
    for (const tabs of all) tabs.reveal(target);
    target.scrollIntoView();
  };
  if (!all.length) return;
  addEventListener("hashchange", follow);
  follow();
}
