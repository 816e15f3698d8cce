/* A team's phone: the buzzer, the options, the choice of a risk. What it knows, the server said. */

import { askFor } from "./options.js";
import { countDown, isBuzzing, make, post, say, signed, statusLine, teamOf, watch, why } from "./room.js";

const root = document.querySelector("[data-team]");
const me = Number(root.dataset.team);
const part = (name) => root.querySelector(`[data-${name}]`);
const kept = (number) => `${root.dataset.acts}#${number}`;
let state = null;
let shown = "";

async function act(data) {
  const { ok, body } = await post(root.dataset.acts, data);
  part("note").textContent = ok ? "" : why(body);
  void again();
  return ok;
}

function show(next) {
  state = next;
  const team = teamOf(next, me);
  part("score").textContent = team.score;
  part("place").textContent = say("place", { n: team.place });
  part("status").textContent = statusLine(next);
  // Of the others' answers and buzzes nothing is shown here: to draw anew would drop what is ticked and not handed in.
  const mine = [next.item?.buzzes.some((buzz) => buzz.team === me), next.item?.answered.includes(me)];
  const asked = JSON.stringify([next.phase, next.item?.number, next.item?.claimed, mine, next.item?.key, next.turn]);
  if (asked === shown) return;
  shown = asked;
  const place = part("do");
  if (mayChoose(next)) choose(place, next.turn);
  else if (mayBuzz(next)) buzzer(place, next);
  else if (next.item) face(place, next);
  else place.replaceChildren();
}

const mayChoose = ({ turn }) => turn?.team === me && turn.values.length > 0;

function mayBuzz({ phase, item, stage }) {
  if (!isBuzzing({ stage }) || !["shown", "open"].includes(phase) || !stage.order.includes(me)) return false;
  return !item.buzzes.some((buzz) => buzz.team === me);
}

function mayAnswer({ phase, item, stage }) {
  if (phase === "claimed") return item.claimed === me;
  if (phase !== "open" || isBuzzing({ stage })) return false;
  return item.team === null ? stage.order.includes(me) : item.team === me;
}

function buzzer(place, { phase, item }) {
  const isEarly = phase === "shown";
  const button = make("button", { class: "qa-live__buzzer", type: "button", text: say(isEarly ? "wait" : "buzz"), "data-early": isEarly });
  const press = async () => {
    if (button.disabled) return;
    button.disabled = true;
    navigator.vibrate?.(60);
    if (!(await act({ act: "buzz" }))) button.disabled = false;
  };
  button.addEventListener("pointerdown", press); // not at the release: milliseconds count
  button.addEventListener("click", press); // by keyboard
  place.replaceChildren(button, make("p", { class: "t2", text: say(isEarly ? "early_costs" : "press") }), make("div", { class: "qa-live__ask", html: item.stem }));
}

function choose(place, turn) {
  const buttons = turn.values.map((value) =>
    make("button", { class: "btn btn-lg", type: "button", text: say("worth", { n: value }), "aria-pressed": String(value === turn.chosen), onclick: () => act({ act: "value", value }) }));
  if (turn.is_optional) buttons.push(make("button", { class: "btn btn-lg btn-ghost", type: "button", text: say("decline"), onclick: () => act({ act: "value", value: 0 }) }));
  place.replaceChildren(make("p", { text: say("choose") }), make("div", { class: "qa-live__pick" }, ...buttons));
}

function face(place, next) {
  const item = next.item;
  const stored = sessionStorage.getItem(kept(item.number));
  const given = item.answers[me] ?? (stored ? JSON.parse(stored) : undefined);
  askFor(place, {
    item, given, isOpen: mayAnswer(next),
    send: async (response) => {
      if (await act({ act: "answer", response })) sessionStorage.setItem(kept(item.number), JSON.stringify(response));
    },
  });
  const points = item.points[me];
  if (points !== undefined && next.phase === "settled") place.prepend(make("p", { class: "qa-live__gain", text: signed(points), "data-good": points >= 0 }));
}

countDown(() => state, (left) => { part("clock").textContent = left === null ? "" : say("left", { n: left }); });
const again = watch(root.dataset.state, show, (isLost) => { part("lost").hidden = !isLost; });
