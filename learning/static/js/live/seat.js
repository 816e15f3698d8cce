/* The phone of one of the audience: the item when the audience is asked, else the scores. */

import { askFor } from "./options.js";
import { countDown, make, post, say, statusLine, watch, why } from "./room.js";

const root = document.querySelector("[data-seat]");
const part = (name) => root.querySelector(`[data-${name}]`);
const kept = (number) => `${root.dataset.votes}#${number}`;
let state = null;

function show(next) {
  const isSame = state && state.phase === next.phase && state.item?.number === next.item?.number && state.item?.key?.length === next.item?.key?.length;
  state = next;
  part("stage").textContent = next.stage?.title ?? "";
  part("status").textContent = statusLine(next);
  part("board").replaceChildren(...[...next.teams].sort((a, b) => a.place - b.place || a.number - b.number)
    .map((team) => make("li", {}, make("b", { text: team.place }), make("span", { text: team.name }), make("strong", { text: team.score }))));
  if (!isSame) ask(next);
}

function ask(next) {
  const place = part("do");
  if (!next.item) return place.replaceChildren();
  const stored = sessionStorage.getItem(kept(next.item.number));
  const given = stored ? JSON.parse(stored) : undefined;
  askFor(place, {
    item: next.item, given, isOpen: next.phase === "audience" && !stored,
    send: async (response) => {
      const { ok, body } = await post(root.dataset.votes, { response });
      part("note").textContent = ok ? say("thanks") : why(body);
      if (ok) {
        sessionStorage.setItem(kept(next.item.number), JSON.stringify(response));
        ask(next);
      }
    },
  });
}

countDown(() => state, (left) => { part("clock").textContent = left === null ? "" : say("left", { n: left }); });
watch(root.dataset.state, show, (isLost) => { part("lost").hidden = !isLost; });
