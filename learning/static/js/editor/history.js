/* Undo and redo of structure: a row or a part removed, added, moved, another kind. Typing has the
   browser's own undo; what was typed after a step is therefore kept when the step is undone. */

const DEPTH = 50;

/** Writes what controls hold into their attributes, so that a clone holds it too. */
function freeze(fields) {
  for (const control of fields.querySelectorAll("input, textarea, select")) {
    if (control.matches("textarea")) control.textContent = control.value;
    else if (control.matches("select")) {
      for (const option of control.options) option.toggleAttribute("selected", option.selected);
    } else if (control.matches("[type=radio], [type=checkbox]")) control.toggleAttribute("checked", control.checked);
    else control.setAttribute("value", control.value);
  }
}

function valuesOf(fields) {
  const values = new Map();
  for (const control of fields.querySelectorAll("textarea[name], input[name]:not([type=radio], [type=checkbox], [type=hidden])")) {
    values.set(control.name, control.value);
  }
  return values;
}

export class History {
  #past = [];
  #future = [];

  constructor(fields, onChange) {
    this.fields = fields;
    this.onChange = onChange;
  }

  get canUndo() { return this.#past.length > 0; }

  get canRedo() { return this.#future.length > 0; }

  /** Notes how things stand before a step; `words` say what the step is. */
  note(words) {
    this.#past.push(this.#snapshot(words));
    if (this.#past.length > DEPTH) this.#past.shift();
    this.#future = [];
    this.onChange();
  }

  /** Notes how things stand after a step: what differs from this later on was typed since. */
  settle() {
    const last = this.#past.at(-1);
    if (last) last.after = valuesOf(this.fields);
  }

  /** Returns what was undone, in words, or null. */
  undo() { return this.#step(this.#past, this.#future); }

  redo() { return this.#step(this.#future, this.#past); }

  #snapshot(words) {
    freeze(this.fields);
    return { words, generation: this.fields.dataset.generation, content: [...this.fields.childNodes].map((node) => node.cloneNode(true)), after: new Map() };
  }

  #step(from, to) {
    const snapshot = from.pop();
    if (!snapshot) return null;
    const back = this.#snapshot(snapshot.words);
    to.push(back);
    const typed = valuesOf(this.fields);
    // Rows that the server drew anew have other tokens: there only what has one name for ever is kept.
    const isSame = snapshot.generation === this.fields.dataset.generation;
    this.fields.replaceChildren(...snapshot.content);
    this.fields.dataset.generation = snapshot.generation;
    for (const control of this.fields.querySelectorAll("textarea[name], input[name]")) {
      if (control.matches("[type=radio], [type=checkbox], [type=hidden]") || !typed.has(control.name)) continue;
      const isTyped = typed.get(control.name) !== snapshot.after.get(control.name);
      if (isTyped && snapshot.after.has(control.name) && (isSame || !control.name.includes("."))) control.value = typed.get(control.name);
    }
    back.after = valuesOf(this.fields);
    this.onChange();
    return snapshot.words;
  }
}
