/* Small things that follow what is typed: the word of a difficulty, a rubric's total, a sample draw. */

import { say } from "./words.js";

const SAMPLE = `[draw]
n = [50, 80, 100, 200]
hours = [200, 500, 1000]
r = { from = 2, to = 5, step = 1 }

[answer]
value = "n * hours / r"
unit = "h"
tolerance = { relative = 0.01 }

[require]
positive = "value > 0"
`;
const WORDS = [[0.275, "easy"], [0.425, "easier"], [0.575, "middle"], [0.725, "harder"], [2, "hard"]];

export class Small {
  constructor(form) {
    this.form = form;
    form.addEventListener("input", ({ target }) => {
      if (target.matches("[data-difficulty]")) {
        form.elements.namedItem("difficulty").value = Number(target.value).toFixed(2);
        this.paint();
      } else if (["difficulty", "draw", "value"].includes(target.name) || target.closest("[data-rubric]")) this.paint();
    });
    form.addEventListener("click", ({ target }) => {
      if (!target.closest("[data-draw-sample]")) return;
      const draw = target.closest("details").querySelector("textarea");
      if (!draw.value.trim()) draw.value = SAMPLE;
      draw.focus();
      draw.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  paint() {
    this.#difficulty();
    // a parametric item's number stands in its draw; one that was typed is shown until it is taken out
    const plain = this.form.querySelector("[data-plain-number]");
    const draw = this.form.querySelector("textarea[name=draw]");
    if (plain && draw) plain.hidden = draw.value.trim() !== "" && !this.form.elements.namedItem("value")?.value.trim();
    for (const rubric of this.form.querySelectorAll("[data-rubric]")) {
      const points = [...rubric.querySelectorAll("[data-rows] input[name$=points]")].map((input) => Number(input.value) || 0);
      const sum = Math.round(points.reduce((a, b) => a + b, 0) * 1000) / 1000;
      const place = rubric.querySelector("[data-rubric-sum]");
      place.textContent = place.dataset.words.replace("{}", String(sum));
    }
  }

  #difficulty() {
    const number = this.form.elements.namedItem("difficulty");
    const slider = this.form.querySelector("[data-difficulty]");
    const value = Number(number?.value);
    if (!slider) return;
    const isRatio = number.value.trim() !== "" && value >= 0 && value <= 1;
    if (isRatio && Number(slider.value) !== value) slider.value = String(value);
    const [, word] = WORDS.find(([limit]) => value < limit) ?? [0, "middle"];
    this.form.querySelector("[data-difficulty-word]").textContent = isRatio ? say(word) : "";
    slider.setAttribute("aria-valuetext", isRatio ? `${number.value} ${say(word)}` : number.value);
  }
}
