/* The big screen: what is asked, the clock, who was first, the scores. Nothing to press but the sound. */

import { countDown, gapOf, isBuzzing, isLive, letters, make, nameOf, say, signed, statusLine, watch } from "./room.js";
import { play, wakeSound } from "./sound.js";

const root = document.querySelector("[data-screen]");
const part = (name) => root.querySelector(`[data-${name}]`);
let state = null;

root.querySelector("[data-sound]").addEventListener("click", (event) => {
  wakeSound();
  event.currentTarget.hidden = true;
});

function show(next) {
  const before = state;
  state = next;
  root.dataset.phase = next.phase;
  part("stage").textContent = next.stage ? stageLine(next.stage) : "";
  part("status").textContent = statusLine(next);
  part("face").replaceChildren(...face(next));
  part("board").replaceChildren(...board(next, before));
  fit();
  if (before) sound(before, next);
}

/** Makes the letters of a long item smaller until all of it is on the screen, but never too small to read. */
function fit() {
  const place = part("face");
  for (let rem = 2.75; rem >= 1.5; rem -= 0.25) {
    place.style.fontSize = innerWidth < 1024 ? "" : `${rem}rem`;
    if (innerWidth < 1024 || document.documentElement.scrollHeight <= innerHeight) return;
  }
}

addEventListener("resize", () => { if (state) fit(); });

function stageLine(stage) {
  return stage.kind === "sudden" ? stage.title : say("progress", { stage: stage.title, n: stage.taken, m: stage.total });
}

function face({ item, phase, turn }) {
  if (!item && turn?.values.length) return [values(turn)];
  if (!item) return [];
  const worth = item.value ? make("p", { class: "qa-live__worth", text: say("worth", { n: item.value }) }) : null;
  const right = item.key ?? [];
  const options = item.options.map((option) =>
    make("li", { "data-right": right.includes(option.id) }, make("b", { text: option.letter }), make("span", { html: option.html }), votesOf(item, option)));
  const notes = phase === "settled" ? answersOf(item) : null;
  const shown = [worth, make("div", { class: "qa-live__stem", html: item.stem }), make("ol", { class: "qa-live__options" }, ...options), buzzes(item), notes];
  return shown.filter(Boolean);
}

function values(turn) {
  return make("ul", { class: "qa-live__values" }, ...turn.values.map((value) => make("li", { text: value, "data-chosen": value === turn.chosen })));
}

function votesOf(item, option) {
  const total = Object.values(item.votes).reduce((sum, count) => sum + count, 0);
  if (!total) return null;
  let count = 0;
  for (const [response, n] of Object.entries(item.votes)) if (response.split(",").includes(option.id)) count += n;
  return make("i", { text: `${Math.round((100 * count) / total)} %` });
}

function buzzes(item) {
  if (!item.buzzes.length) return null;
  const line = (buzz) => {
    return make("li", { "data-early": buzz.is_early, "data-first": buzz.team === item.claimed }, make("b", { text: nameOf(state, buzz.team) }), make("span", { text: gapOf(buzz, item) }));
  };
  return make("ol", { class: "qa-live__buzzes" }, ...item.buzzes.slice(0, 6).map(line));
}

function answersOf(item) {
  const given = Object.entries(item.answers);
  if (given.length < 2) return null;
  const line = ([team, response]) => make("li", { "data-right": item.verdicts[team] === true }, make("b", { text: nameOf(state, Number(team)) }), make("span", { text: letters(item, response) }));
  return make("ul", { class: "qa-live__buzzes" }, ...given.map(line));
}

function board(next, before) {
  const ranked = [...next.teams].sort((a, b) => a.place - b.place || a.number - b.number);
  root.dataset.crowd = ranked.length > 20 ? "many" : ranked.length > 10 ? "some" : "few";
  return ranked.map((team) => {
    const was = before?.teams.find((each) => each.number === team.number)?.score ?? team.score;
    const change = next.item?.points[team.number];
    return make("li", { "data-on": isOn(next, team.number), "data-moved": was !== team.score },
      make("b", { text: team.place }), make("span", { text: team.name }),
      make("i", { text: change && next.phase === "settled" ? signed(change) : "" }), make("strong", { text: team.score }));
  });
}

function isOn({ phase, item, turn }, number) {
  if (phase === "claimed") return item.claimed === number;
  return (isLive({ phase }) ? item.team : turn?.team) === number;
}

function sound(before, next) {
  if (before.phase !== next.phase) {
    if (next.phase === "open" || next.phase === "audience") play("start");
    if (next.phase === "claimed") play("buzz");
    if (next.phase === "settled") settle(next.item);
  } else if (isBuzzing(next) && next.item?.buzzes.some((buzz) => buzz.is_early) && !before.item?.buzzes.length) play("wrong");
}

function settle(item) {
  const verdicts = Object.values(item.verdicts);
  if (verdicts.length === 1) play(verdicts[0] ? "right" : "wrong");
  else if (item.is_void && item.buzzes.some((buzz) => buzz.is_early)) play("wrong");
}

countDown(() => state, (left) => {
  const clock = part("clock");
  clock.textContent = left ?? "";
  clock.dataset.short = left !== null && left <= 5 ? "y" : "";
  if (left === 0) play("up");
  else if (left !== null && left <= 5) play("tick");
});

watch(root.dataset.state, show, (isLost) => { part("lost").hidden = !isLost; });
