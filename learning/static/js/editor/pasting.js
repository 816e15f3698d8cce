/* Several options in one piece of text: lines, "A. …" at their beginnings, or all glued on one line. */

const MARK = /^\s*[（(]?([A-Za-zＡ-Ｚａ-ｚ])[)）]?\s*[.．、:：)）]?\s*/;
const STRICT = /^\s*(?:[（(]([A-Za-zＡ-Ｚａ-ｚ])[)）]|([A-Za-zＡ-Ｚａ-ｚ])\s*[.．、:：)）])\s*/;
const GLUED = /(?<![A-Za-z])(?=[（(]?[A-ZＡ-Ｚ][)）]?\s*[.．、:：)）])/;

function letterOf(line) {
  const found = STRICT.exec(line);
  return found ? (found[1] ?? found[2]).normalize("NFKC").toUpperCase() : null;
}

/** Tells whether the lines are marked A, B, C … in order. */
function areLettered(lines) {
  return lines.length > 1 && lines.every((line, index) => letterOf(line) === String.fromCharCode(65 + index));
}

/** Returns the texts that a pasted text holds, one a row; a text of one row comes back alone. */
export function splitLines(text, isOptions) {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter(Boolean);
  if (!isOptions) return lines;
  const pieces = lines.flatMap((line) => {
    const glued = line.split(GLUED).map((piece) => piece.trim()).filter(Boolean);
    return glued.length > 1 && letterOf(glued[0]) ? glued : [line];
  });
  return areLettered(pieces) ? pieces.map((piece) => piece.replace(MARK, "")) : lines;
}
