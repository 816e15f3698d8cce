/* Finds a quote in a text again, whatever became of the markup around it: letters are compared without
   spaces, and of several places the one whose surroundings fit best is taken. */

const SKIPPED = "[data-note-open]";
const MAX_AROUND = 60;

/** The letters of an element without spaces, each with the text node and offset it stands at. */
export function readText(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, {
    acceptNode: (node) => (node.parentElement.closest(SKIPPED) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT),
  });
  const letters = [];
  const nodes = [];
  const offsets = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let i = 0; i < node.data.length; i += 1) {
      if (/\s/.test(node.data[i])) continue;
      letters.push(node.data[i]);
      nodes.push(node);
      offsets.push(i);
    }
  }
  return { letters: letters.join(""), nodes, offsets };
}

const compact = (text) => text.replace(/\s+/g, "");

/** How many letters two texts share from the one's end (or beginning) on. */
function shared(one, other, { fromEnd }) {
  const most = Math.min(one.length, other.length);
  let n = 0;
  while (n < most && (fromEnd ? one.at(-1 - n) === other.at(-1 - n) : one[n] === other[n])) n += 1;
  return n;
}

/** [start, end) of a note's quote in what `readText` gave, null where the words are gone. */
export function findQuote(text, { quote, prefix, suffix }) {
  const [words, before, after] = [quote, prefix, suffix].map(compact);
  if (!words) return null;
  let best = null;
  for (let at = text.letters.indexOf(words); at >= 0; at = text.letters.indexOf(words, at + 1)) {
    const end = at + words.length;
    const left = shared(text.letters.slice(Math.max(0, at - before.length), at), before, { fromEnd: true });
    const score = left + shared(text.letters.slice(end, end + after.length), after, { fromEnd: false });
    if (best === null || score > best.score) best = { start: at, end, score };
  }
  return best && [best.start, best.end];
}

/** What a range holds of the text: {start, end, quote, prefix, suffix}, null where it holds no letter. */
export function readRange(text, range) {
  let [start, end] = [null, null];
  for (let i = 0; i < text.letters.length; i += 1) {
    const [node, offset] = [text.nodes[i], text.offsets[i]];
    if (range.comparePoint(node, offset) < 0) continue;
    if (range.comparePoint(node, offset) > 0 || range.comparePoint(node, offset + 1) > 0) break;
    if (start === null) start = i;
    end = i + 1;
  }
  if (start === null) return null;
  const around = (from, to) => written(text, Math.max(0, from), Math.min(text.letters.length, to));
  return {
    start,
    end,
    quote: around(start, end),
    prefix: around(start - MAX_AROUND / 2, start),
    suffix: around(end, end + MAX_AROUND / 2),
  };
}

/** The letters from one to another as they are written, with a space where there is any. */
function written(text, start, end) {
  let said = "";
  for (let i = start; i < end; i += 1) {
    const follows = i > start && (text.nodes[i] !== text.nodes[i - 1] ? isLoose(text, i) : text.offsets[i] !== text.offsets[i - 1] + 1);
    said += (follows ? " " : "") + text.letters[i];
  }
  return said;
}

/** Whether space stands between a letter and the one before it in another node. */
function isLoose(text, i) {
  const [before, at] = [text.nodes[i - 1], text.nodes[i]];
  return text.offsets[i] > 0 || text.offsets[i - 1] < before.data.length - 1 || blockOf(before) !== blockOf(at);
}

const blockOf = (node) => node.parentElement.closest("p, li, td, th, h2, h3, dd, dt, figcaption, pre, blockquote, div");

/** Marks [start, end) of the text; returns the marks, the last one first. Formulas are never cut. */
export function markText(text, [start, end], make) {
  const pieces = [];
  for (let i = start; i < end; i += 1) {
    const last = pieces.at(-1);
    if (last?.node === text.nodes[i]) last.to = text.offsets[i] + 1;
    else pieces.push({ node: text.nodes[i], from: text.offsets[i], to: text.offsets[i] + 1 });
  }
  const marks = [];
  for (const { node, from, to } of pieces.reverse()) {
    if (node.parentElement.closest("math, svg")) continue;
    const piece = from ? node.splitText(from) : node;
    if (to - from < piece.data.length) piece.splitText(to - from);
    const mark = make();
    piece.replaceWith(mark);
    mark.append(piece);
    marks.push(mark);
  }
  return marks;
}
