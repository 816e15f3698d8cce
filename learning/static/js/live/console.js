/* The host's console: what can be done now, and nothing else. Each press is one entry of the log. */

import { startDialogs } from "./dialogs.js";
import { countDown, gapOf, isBuzzing, isLive, letters, make, nameOf, post, say, signed, statusLine, watch, why } from "./room.js";

const root = document.querySelector("[data-host]");
const part = (name) => root.querySelector(`[data-${name}]`);
let state = null;
let key = null; // {item, choices} once asked for; each asking is written down

let waiting = []; // for the state in which an act is seen
let last = Promise.resolve();

function act(data) {
  last = send(data);
  return last;
}

async function send(data) {
  const { ok, body } = await post(root.dataset.acts, data);
  part("note").textContent = ok ? "" : why(body);
  if (ok) await new Promise((done) => { waiting.push({ seq: body.seq, done }); void again(); });
  else await again();
  return ok;
}

const ask = startDialogs(act);

root.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-act]");
  if (!button) return;
  const kind = button.dataset.act;
  if (kind === "stage") void act({ act: kind, stage: Number(button.dataset.stage) });
  else if (["undo", "void", "adjust", "overrule"].includes(kind)) void last.then(() => ask(kind, state)); // of what is seen
  else if (kind === "key") void lookAtKey();
  else if (kind !== "finish" || confirm(say("sure"))) void act({ act: kind });
});

async function lookAtKey() {
  const { ok, body } = await post(root.dataset.key, {});
  if (ok) key = body;
  part("note").textContent = ok ? "" : why(body);
  if (state) show(state);
}

function show(next) {
  state = next;
  for (const { seq, done } of waiting) if (seq <= next.seq) done();
  waiting = waiting.filter(({ seq }) => seq > next.seq);
  part("status").textContent = statusLine(next);
  part("stage").textContent = next.stage ? `${next.stage.title} ${next.stage.kind === "sudden" ? "" : `${next.stage.taken}/${next.stage.total}`}` : "";
  part("face").replaceChildren(...face(next));
  part("verdict").replaceChildren(...verdict(next));
  part("board").replaceChildren(...next.teams.map((team) => line(next, team)));
  for (const button of root.querySelectorAll("[data-act]")) button.hidden = !isPossible(next, button.dataset);
}

function isPossible({ phase, stage, turn, item, undo, judged }, { act: kind }) {
  const isResting = ["waiting", "between", "settled"].includes(phase);
  const hasNext = Boolean(stage) && !stage.is_over && ["between", "settled"].includes(phase);
  return {
    stage: isResting,
    show: hasNext && (stage.kind !== "risk" || Boolean(turn?.chosen)),
    start: phase === "shown",
    unclaimed: phase === "open" && isBuzzing({ stage }),
    void: isLive({ phase }),
    key: Boolean(item) && !item.key && key?.item !== item.number,
    reveal: phase === "settled" && item.key === null,
    undo: undo !== null,
    adjust: true,
    overrule: judged.length > 0,
    finish: isResting && phase !== "waiting",
  }[kind];
}

function face({ item, turn, answers }) {
  if (!item) return turn?.values.length ? [pick(turn)] : [];
  const right = key?.item === item.number ? key.choices : item.key ?? [];
  const options = item.options.map((option) => make("li", { "data-right": right.includes(option.id) }, make("b", { text: option.letter }), make("span", { html: option.html })));
  const buzzes = item.buzzes.map((buzz) => make("li", { text: `${nameOf(state, buzz.team)} ${gapOf(buzz, item)}` }));
  const given = Object.entries(answers).map(([team, response]) => make("li", { text: say("gave", { team: nameOf(state, Number(team)), answer: letters(item, response) }) }));
  return [
    make("p", { class: "t2 m-0", text: say("item", { n: item.number, value: item.value }) }),
    make("div", { html: item.stem }), make("ol", { class: "qa-live__list" }, ...options),
    buzzes.length ? make("ol", { class: "qa-live__log" }, ...buzzes) : null,
    given.length ? make("ul", { class: "qa-live__log" }, ...given) : null,
    turn?.values.length ? pick(turn) : null,
  ].filter(Boolean);
}

function pick(turn) {
  const buttons = turn.values.map((value) => make("button", { class: "btn", type: "button", text: say("worth", { n: value }), "aria-pressed": String(value === turn.chosen), onclick: () => act({ act: "value", team: turn.team, value }) }));
  if (turn.is_optional) buttons.push(make("button", { class: "btn btn-ghost", type: "button", text: say("decline"), onclick: () => act({ act: "value", team: turn.team, value: 0 }) }));
  return make("div", { class: "qa-row" }, make("span", { text: say("picks", { team: nameOf(state, turn.team) }) }), ...buttons);
}

function verdict(next) {
  if (next.phase === "audience") return give(next);
  if (!next.due.length) return [];
  return next.due.length === 1 ? judgeOne(next.due[0]) : judgeAll(next);
}

function judgeOne(team) {
  const button = (isRight, name) => make("button", { class: `btn btn-lg ${name}`, type: "button", text: say(isRight ? "judge_right" : "judge_wrong"), "data-verdict": String(isRight), onclick: () => act({ act: "judge", verdicts: { [team]: isRight } }) });
  return [make("span", { text: nameOf(state, team) }), button(true, "btn-primary"), button(false, "btn-danger")];
}

function judgeAll({ due, answers, item }) {
  const right = key?.item === item.number ? [...key.choices].sort().join() : null;
  const boxes = due.map((team) => {
    const box = make("input", { type: "checkbox", name: "right", value: String(team) });
    const given = [answers[team] ?? []].flat().sort().join();
    box.checked = chosen.get(`${item.number}:${team}`) ?? (right !== null && given === right);
    box.addEventListener("change", () => chosen.set(`${item.number}:${team}`, box.checked));
    return make("label", { class: "qa-check" }, box, make("span", { text: say("is_right", { team: nameOf(state, team), answer: answers[team] ? letters(item, answers[team]) : "—" }) }));
  });
  const send = () => act({ act: "judge", verdicts: Object.fromEntries([...part("verdict").querySelectorAll("input")].map((box) => [box.value, box.checked])) });
  return [...boxes, make("button", { class: "btn btn-primary btn-lg", type: "button", text: say("judge_all"), onclick: send })];
}

const chosen = new Map(); // what the host ticked, so that a new answer does not untick it

function give(next) {
  const teams = next.teams.map((team) => make("button", { class: "btn btn-sm", type: "button", text: say("give", { team: team.name }), onclick: () => act({ act: "give", team: team.number }) }));
  return [...teams, make("button", { class: "btn", type: "button", text: say("give_none"), onclick: () => act({ act: "give", team: null }) })];
}

function line(next, team) {
  const mayBuzz = isBuzzing(next) && ["shown", "open"].includes(next.phase) && next.stage.order.includes(team.number);
  const buzz = mayBuzz ? make("button", { class: "btn btn-sm", type: "button", text: say("buzz_for"), onclick: () => act({ act: "buzz", team: team.number }) }) : null;
  const change = next.item?.points[team.number];
  return make("tr", {}, make("td", { class: "num", text: team.number }), make("td", { text: team.name }), make("td", { class: "r num", text: team.score }),
    make("td", { class: "r num", text: change ? signed(change) : "" }), make("td", { class: "r num", text: team.place }), make("td", { class: "r" }, buzz));
}

countDown(() => state, (left) => { part("clock").textContent = left === null ? "" : say("left", { n: left }); });
const again = watch(root.dataset.state, show, (isLost) => { part("lost").hidden = !isLost; });
