/* Options to touch on a phone, for teams and audience alike: choose, then hand in. */

import { letters, make, say } from "./room.js";

/** Shows the item in `place`; `send(response)` is called when an answer is handed in. */
export function askFor(place, { item, given, isOpen, send }) {
  const chosen = new Set([given ?? []].flat());
  const right = item.key ?? [];
  const button = make("button", { class: "btn btn-primary btn-lg", type: "button", text: say("hand_in"), onclick: handIn });
  button.disabled = chosen.size === 0;
  async function handIn() {
    button.disabled = true; // one press, one answer
    await send(item.is_multiple ? [...chosen] : [...chosen][0]);
    button.disabled = chosen.size === 0;
  }
  const options = item.options.map((option) => {
    const input = make("input", { type: item.is_multiple ? "checkbox" : "radio", name: "option", value: option.id, disabled: !isOpen });
    input.checked = chosen.has(option.id);
    input.addEventListener("change", () => {
      if (!item.is_multiple) chosen.clear();
      if (input.checked) chosen.add(option.id);
      else chosen.delete(option.id);
      button.disabled = chosen.size === 0;
    });
    return make("label", { class: "qa-live__choice", "data-right": right.includes(option.id) }, input, make("b", { text: option.letter }), make("span", { html: option.html }));
  });
  const note = given === undefined || given === null ? null : make("p", { class: "t2", text: say("given", { answer: letters(item, given) }) });
  const foot = isOpen ? button : null;
  place.replaceChildren(...[make("div", { class: "qa-live__ask", html: item.stem }), make("fieldset", { class: "qa-live__choices", "aria-label": say("options") }, ...options), note, foot].filter(Boolean));
}
