/* The editor's words, translated on the server. */

const words = JSON.parse(document.getElementById("editor-words").textContent);

/** Returns a text with its {names} filled in. */
export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
