/* Shows what a committed item came to: outcome in a word, the key, the explanation the server released. */

import { lockItem, responseInWords } from "./items.js";
import { controlsOf } from "./readers.js";
import { say } from "./words.js";

const STATUS = { right: "pass", partial: "due", wrong: "over", unanswered: "none", invalid: "over", pending: "due", granted: "pass", excluded: "none" };

/** reply: {outcome, points, of, key: {choices | blanks | value, tolerance | parts}, answer_html, explanation_html,
   source, report_url}; answer_html sets the answer against the key where the item's fields cannot. */
export function showVerdict(article, reply) {
  lockItem(article);
  mark(controlsOf(article), reply.key ?? {});
  const place = article.querySelector("[data-verdict]");
  place.replaceChildren(headline(reply), ...keyLine(article, reply), ...explanation(reply), ...report(reply));
  place.hidden = false;
}

function mark(controls, key) {
  const parts = controls.querySelectorAll("[data-part]");
  key.parts?.forEach((partKey, i) => mark(controlsOf(parts[i]), partKey));
  const keys = new Set(key.choices ?? []);
  if (keys.size) for (const row of controls.querySelectorAll(".qa-opt")) markOption(row, keys);
}

function markOption(row, keys) {
  const [chosen, isKey] = [row.querySelector("input").checked, keys.has(row.dataset.option)];
  row.dataset.review = chosen ? (isKey ? "right" : "wrong") : isKey ? "missed" : "";
  row.querySelector("[data-strike]")?.remove();
  row.querySelector(".qa-mark")?.remove();
  if (!chosen && !isKey) return;
  const mark = document.createElement("span");
  mark.className = "qa-mark small";
  mark.dataset.s = isKey ? "pass" : "over";
  mark.textContent = say(chosen ? (isKey ? "mark_yours_right" : "mark_yours_wrong") : "mark_key");
  row.append(mark);
}

function headline({ outcome, points, of }) {
  const row = document.createElement("div");
  row.className = "qa-row";
  const badge = document.createElement("b");
  badge.className = "qa-badge";
  badge.dataset.s = STATUS[outcome] ?? "none";
  badge.textContent = say(outcome);
  row.append(badge);
  if (points !== undefined && of !== undefined) {
    const score = document.createElement("span");
    score.className = "num";
    score.textContent = say("earned", { points, of });
    row.append(score);
  }
  return row;
}

function keyLine(article, { key, answer_html: html }) {
  if (html) {
    const told = document.createElement("div");
    told.className = "qa-stack qa-stack--s";
    told.innerHTML = html; // attempts/review/told.html, rendered by the server
    return [told];
  }
  if (!key || !(key.choices || key.blanks || key.value !== undefined)) return [];
  let value = "";
  if (key.choices) value = responseInWords(article, [...key.choices]);
  else if (key.blanks) value = key.blanks.map((either) => [either].flat().join(say("either"))).join(say("blank_join"));
  else value = `${key.value}${key.tolerance ? say("tolerance", { value: key.tolerance }) : ""}`;
  const line = document.createElement("p");
  line.className = "m-0 strong";
  line.textContent = say("key", { value });
  return [line];
}

function explanation({ explanation_html: html, source }) {
  if (!html && !source) return [];
  const note = document.createElement("div");
  note.className = "qa-note";
  const title = document.createElement("b");
  title.textContent = say("explanation");
  const text = document.createElement("div");
  text.innerHTML = html ?? ""; // sanitised Markdown, rendered by the server
  note.append(title, text);
  if (source) {
    const line = document.createElement("p");
    line.className = "t3 small";
    line.textContent = say("source", { value: source });
    note.append(line);
  }
  return [note];
}

/** Where a fault of the item is reported: in another window, since the room stays open. */
function report({ report_url: url }) {
  if (!url) return [];
  const line = document.createElement("p");
  line.className = "m-0 small";
  const link = document.createElement("a");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = say("report");
  line.append(link);
  return [line];
}
