/* Words: looks up the page's translated messages and fills in {names}. No text is written in scripts. */

const table = JSON.parse(document.getElementById("room-words")?.textContent ?? "{}");
const MOST_LISTED = 8;

export function say(key, values = {}) {
  const text = table[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** “第 3、7 题”, cut after eight: “第 1、2、…、8 题 等 30 题”. */
export function sayPositions(positions) {
  const sorted = [...new Set(positions)].sort((a, b) => a - b);
  const named = say("positions", { list: sorted.slice(0, MOST_LISTED).join(say("comma")) });
  return sorted.length > MOST_LISTED ? `${named} ${say("and_more", { n: sorted.length })}` : named;
}

/** Milliseconds as h:mm:ss, or m:ss below an hour; never negative. Rounded up, so 0:00 means over. */
export function sayDuration(ms) {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
