/* What was copied from Word, WPS, Excel or a web page, as Markdown: headings, lists, tables, bold, links,
   paragraphs. Pasted as plain text, its paragraphs would run into one and its tables come apart.
   What is read is never shown: it is parsed apart and only its texts are taken. */

const RICH = /<(?:table|h[1-6]|ul|ol)\b|class="?Mso|mso-list|<p\b[\s\S]*<p\b/i;
const LEVELS = ["##", "###"]; // of a lesson; what lies deeper is bold
const RAISED = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹", "+": "⁺", "-": "⁻", n: "ⁿ" };
const LOWERED = { 0: "₀", 1: "₁", 2: "₂", 3: "₃", 4: "₄", 5: "₅", 6: "₆", 7: "₇", 8: "₈", 9: "₉", "+": "₊", "-": "₋" };
const WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f";
const BROKEN = new RegExp(`([${WIDE}])[ \\t]*\\r?\\n[ \\t\\r\\n]*(?=[${WIDE}])`, "g"); // by Word, to keep its lines short
const BLOCKS = new Set(["ADDRESS", "ARTICLE", "BLOCKQUOTE", "DD", "DIV", "DL", "DT", "H1", "H2", "H3", "H4", "H5", "H6", "LI", "OL", "P", "SECTION", "TABLE", "UL"]);
const LEFT_OUT = "script, title, meta, link, xml, template, noscript, del";
const STYLES = /<style\b[\s\S]*?<\/style>/gi;
const TAG = /<[^>]*>/g;
const LIST = /mso-list:\s*l\d+\s+level(\d)/i;

/** Markdown of copied HTML; null where it holds no more than its plain text says. */
export function toMarkdown(html) {
  if (!RICH.test(html)) return null;
  const plain = html.replace(BROKEN, "$1").replace(STYLES, "").replace(TAG, tame);
  const page = new DOMParser().parseFromString(plain, "text/html");
  for (const node of page.querySelectorAll(LEFT_OUT)) node.remove();
  const depths = [...page.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(({ tagName }) => Number(tagName[1]));
  const found = blocksOf(page.body, Math.min(...depths, 6));
  let text = "";
  for (const [at, block] of found.entries()) {
    const isOneList = at > 0 && block.isItem && found[at - 1].isItem;
    text += (at === 0 ? "" : isOneList ? "\n" : "\n\n") + block.text;
  }
  return text || null;
}

/** A tag without what the page's policy forbids and would report: nothing of it is ever run or shown. */
const tame = (tag) => tag.replace(/\bstyle(?=\s*=)/gi, "data-style").replace(/\bon[a-z]+(?=\s*=)/gi, "data-on");

/** The blocks in an element in order: {text, isItem}; texts that lie between blocks are paragraphs. */
function blocksOf(root, top) {
  const blocks = [];
  let loose = [];
  const flush = () => {
    const text = inline(loose);
    if (text) blocks.push({ text });
    loose = [];
  };
  for (const node of root.childNodes) {
    if (node.nodeType !== Node.ELEMENT_NODE || !holdsBlocks(node)) {
      loose.push(node);
      continue;
    }
    flush();
    blocks.push(...blockOf(node, top));
  }
  flush();
  return blocks;
}

const holdsBlocks = (node) => BLOCKS.has(node.tagName) || [...node.children].some(holdsBlocks);

function blockOf(node, top) {
  const name = node.tagName;
  if (name === "TABLE") return tableOf(node);
  if (name === "UL" || name === "OL") return itemsOf(node, 0);
  if (/^H\d$/.test(name)) return headingOf(node, Number(name[1]) - top);
  if (name === "P" && LIST.test(node.getAttribute("data-style") ?? "")) return wordItem(node);
  return [...node.children].some(holdsBlocks) ? blocksOf(node, top) : paragraph(inline([...node.childNodes]));
}

const paragraph = (text) => (text ? [{ text }] : []);

function headingOf(node, level) {
  const text = inline([...node.childNodes]).replaceAll("**", "");
  if (!text) return [];
  return paragraph(LEVELS[level] ? `${LEVELS[level]} ${text}` : `**${text}**`);
}

function itemsOf(list, depth) {
  const mark = list.tagName === "OL" ? "1." : "-";
  const items = [];
  for (const entry of list.children) {
    const inner = [...entry.childNodes].filter((node) => !["UL", "OL"].includes(node.tagName));
    const text = inline(entry.tagName === "LI" ? inner : []);
    if (text) items.push(item(mark, text, depth));
    const deeper = ["UL", "OL"].includes(entry.tagName) ? [entry] : [...entry.children].filter((node) => ["UL", "OL"].includes(node.tagName));
    for (const each of deeper) items.push(...itemsOf(each, depth + 1));
  }
  return items;
}

const item = (mark, text, depth) => ({ text: `${"    ".repeat(depth)}${mark} ${text}`, isItem: true });

/** A list entry as Word writes it: a paragraph whose number or bullet is a text that Word ignores. */
function wordItem(node) {
  const depth = Number(LIST.exec(node.getAttribute("data-style"))[1]) - 1;
  const sign = [...node.querySelectorAll("[data-style]")].find((each) => /mso-list:\s*ignore/i.test(each.getAttribute("data-style")));
  const isNumbered = /[0-9a-z一二三四五六七八九十]/i.test((sign?.textContent ?? "").replace(/^[ouvØlnq§·]\s*$/, ""));
  sign?.remove();
  const text = inline([...node.childNodes]);
  return text ? [item(isNumbered ? "1." : "-", text, depth)] : [];
}

function tableOf(table) {
  const rows = [...table.rows].map((row) => [...row.cells].flatMap((cell) => {
    const text = inline([...cell.childNodes]).replaceAll("  \n", " ").replaceAll("|", "\\|");
    return [text, ...Array(Math.max(0, cell.colSpan - 1)).fill("")];
  }));
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (!rows.flat().some(Boolean)) return [];
  if (width === 1) return rows.flat().flatMap(paragraph); // a box drawn around text
  const line = (cells) => `| ${[...cells, ...Array(width - cells.length).fill("")].join(" | ")} |`;
  return paragraph([line(rows[0]), line(Array(width).fill("---")), ...rows.slice(1).map(line)].join("\n"));
}

/** The text of nodes as Markdown on one line, without spaces around it. */
function inline(nodes) {
  const text = nodes.map(piece).join("").replaceAll("****", "");
  return text.replace(/[ \t\r\n\u00a0]*\u2028[ \t\r\n\u00a0]*/g, "\u2028").replace(/[ \t\r\n\u00a0]+/g, " ")
    .replace(/^[ \u3000\u2028]+|[ \u3000\u2028]+$/g, "").replaceAll("\u2028", "  \n");
}

function piece(node) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const inner = [...node.childNodes].map(piece).join("");
  const style = node.getAttribute("data-style") ?? "";
  switch (node.tagName) {
    case "BR": return "\u2028";
    case "B": case "STRONG": return /font-weight:\s*normal/i.test(style) ? inner : around("**", inner);
    case "SUP": return set(inner, RAISED);
    case "SUB": return set(inner, LOWERED);
    case "A": return linked(node, inner);
    case "P": case "DIV": case "LI": return `${inner} `;
    default: return /font-weight:\s*(?:bold|[6-9]00)/i.test(style) ? around("**", inner) : inner;
  }
}

/** Marks go directly around letters: spaces stay outside. */
function around(mark, text) {
  const [, before, held, after] = /^([\s\u00a0\u2028]*)([\s\S]*?)([\s\u00a0\u2028]*)$/.exec(text);
  return held ? before + mark + held.replaceAll("**", "") + mark + after : text;
}

const set = (text, signs) => ([...text].every((one) => signs[one]) ? [...text].map((one) => signs[one]).join("") : text);

function linked(node, text) {
  const address = node.getAttribute("href") ?? "";
  return /^https?:\/\/[^\s()<>]+$/i.test(address) && text.trim() ? `[${text.trim()}](${address})` : text;
}

/** What Markdown would take for a mark stays a letter; a formula, typed in Word as LaTeX, stays one. */
const escaped = (text) => text.split(/(\$[^$\n]+\$)/).map((part, at) => (
  at % 2 ? part : part.replace(/[*_`[\]]|^#/g, "\\$&").replaceAll("<", "&lt;")
)).join("");
