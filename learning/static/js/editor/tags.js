/* Tags of the bank as buttons: one press puts a tag into the field or takes it out. */

const BETWEEN = /[、,，;；\n]/;

export class Tags {
  constructor(form) {
    this.field = form.elements.namedItem("tags");
    this.buttons = [...form.querySelectorAll("[data-tags] [data-tag]")];
    if (!this.field) return;
    this.field.addEventListener("input", () => this.#paint());
    for (const button of this.buttons) button.addEventListener("click", () => this.#toggle(button.dataset.tag));
    this.#paint();
  }

  get #tags() { return this.field.value.split(BETWEEN).map((tag) => tag.trim().replace(/\s+/g, " ")).filter(Boolean); }

  #toggle(tag) {
    const tags = this.#tags;
    this.field.value = (tags.includes(tag) ? tags.filter((each) => each !== tag) : [...tags, tag]).join("、");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #paint() {
    const tags = this.#tags;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(tags.includes(button.dataset.tag)));
  }
}
