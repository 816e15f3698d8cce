/* Formulas as text where the browser does not set MathML (old in-app browsers): e^(−λt), (a+b)/(2c).
   Without this they would run together: a fraction 1/2 would read “12”. */

const MARK = { msup: ["^"], msub: ["_"], msubsup: ["_", "^"], mover: [""], munder: ["_"], munderover: ["_", "^"] };
const ACCENTS = { "\u203e": "\u0304", "^": "\u0302", "~": "\u0303", "˙": "\u0307", "→": "\u20d7" };

/** Tells whether MathML is laid out: a fraction is then higher than its letters in a row. */
export function setsMathML() {
  const probe = document.createElement("div");
  probe.className = "math-probe";
  probe.innerHTML = "<math><mfrac><mi>x</mi><mi>x</mi></mfrac></math><math><mi>x</mi><mi>x</mi></math>";
  document.body.append(probe);
  const [fraction, row] = [...probe.children].map((math) => math.getBoundingClientRect().height);
  probe.remove();
  return fraction > row * 1.3;
}

/** Replaces every formula of the page by its text, and those that come later (verdicts, revealed items). */
export function keepFormulasReadable() {
  writeFormulas();
  new MutationObserver(writeFormulas).observe(document.body, { childList: true, subtree: true });
}

function writeFormulas() {
  for (const math of document.querySelectorAll("math")) {
    const text = document.createElement(math.getAttribute("display") === "block" ? "div" : "span");
    text.className = "math-text";
    text.textContent = inWords(math);
    math.replaceWith(text);
  }
}

/** A formula in one line; groups keep their brackets only where they are needed. */
function inWords(node) {
  const parts = [...node.children];
  if (!parts.length) return node.textContent;
  if (node.localName === "mfrac") return `${group(parts[0])}/${group(parts[1])}`;
  if (node.localName === "msqrt") return `√${group(node)}`;
  if (node.localName === "mroot") return `${inWords(parts[1])}√${group(parts[0])}`;
  if (node.localName === "mtable") return parts.map((row) => [...row.children].map(inWords).join(" ")).join("；");
  if (node.localName === "mover" && ACCENTS[parts[1].textContent.trim()]) return inWords(parts[0]) + ACCENTS[parts[1].textContent.trim()];
  const marks = MARK[node.localName];
  if (marks) return parts.slice(1).reduce((text, part, at) => text + marks[at] + group(part), inWords(parts[0]));
  return parts.map(inWords).join("");
}

function group(node) {
  const text = node.localName === "msqrt" ? [...node.children].map(inWords).join("") : inWords(node);
  return /^[\p{L}\p{N}.%′]*$/u.test(text) || /^\([^()]*\)$/.test(text) ? text : `(${text})`;
}
