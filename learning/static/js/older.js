/* What browsers of 2020 and 2021 lack of the language that the other scripts speak: phones keep the one
   they were sold with. Loaded before all of them, and nothing where it is there already. */
(() => {
  const add = (owner, name, value) => {
    if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  };
  const at = function at(index) {
    const place = Math.trunc(index) || 0;
    return this[place < 0 ? this.length + place : place];
  };
  add(Array.prototype, "at", at);
  add(String.prototype, "at", at);
  add(String.prototype, "replaceAll", function replaceAll(what, by) {
    return what instanceof RegExp ? this.replace(what, by) : this.split(what).join(by);
  });
  add(Object, "hasOwn", (owner, name) => Object.prototype.hasOwnProperty.call(owner, name));
  add(Element.prototype, "replaceChildren", function replaceChildren(...nodes) {
    while (this.lastChild) this.removeChild(this.lastChild);
    this.append(...nodes);
  });
})();
