/* What needs a reason: going back, voiding an item, changing a score, replacing a verdict. */

import { make, nameOf, say } from "./room.js";

/** Returns `ask(kind, state)`, which opens the dialog of an act; `act(data)` does it. */
export function startDialogs(act) {
  const dialog = document.getElementById("why");
  const form = dialog.querySelector("form");
  const fields = form.elements;
  const verdicts = form.querySelector("[data-verdicts]");
  let kind = "";
  let current = null;

  form.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  fields.seq.addEventListener("change", offerVerdicts);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const done = await act({ act: kind, reason: fields.reason.value, ...DATA[kind]() });
    if (done) dialog.close();
    else form.querySelector("[data-said]").textContent = document.querySelector("[data-note]").textContent;
  });

  const DATA = {
    undo: () => ({ seq: current.undo }),
    void: () => ({}),
    adjust: () => ({ team: Number(fields.team.value), points: Number(fields.points.value) }),
    overrule: () => ({
      seq: Number(fields.seq.value),
      verdicts: Object.fromEntries([...verdicts.querySelectorAll("input")].map((box) => [box.value, box.checked])),
    }),
  };

  function offerVerdicts() {
    const judged = current.judged.find((each) => each.seq === Number(fields.seq.value));
    verdicts.replaceChildren(...Object.entries(judged?.verdicts ?? {}).map(([team, isRight]) => {
      const box = make("input", { type: "checkbox", value: team });
      box.checked = isRight;
      return make("label", { class: "qa-check" }, box, make("span", { text: say("was_right", { team: nameOf(current, Number(team)) }) }));
    }));
  }

  return (wanted, state) => {
    [kind, current] = [wanted, state];
    form.reset();
    form.querySelector("h2").textContent = say(`title_${kind}`);
    form.querySelector("[data-said]").textContent = "";
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = part.dataset.for !== kind;
      for (const field of part.querySelectorAll("input, select")) field.disabled = part.hidden;
    }
    fields.team.replaceChildren(...state.teams.map((team) => make("option", { value: String(team.number), text: team.name })));
    fields.seq.replaceChildren(...[...state.judged].reverse().map((each) => make("option", { value: String(each.seq), text: say("verdict_of", { n: each.item }) })));
    if (kind === "overrule") offerVerdicts();
    dialog.showModal();
  };
}
