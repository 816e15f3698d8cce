/* What every page of a room shares: asking where it stands, the server's clock, words, small elements.

   "Nothing has changed" (304) is the usual answer, so asking often is cheap. Times are the server's:
   each reply brings its clock, and the one that came back fastest is believed most. */

const EVERY_MS = 300;
const HIDDEN_MS = 2_000;
const LONGEST_MS = 3_000;

export const words = JSON.parse(document.getElementById("live-words").textContent);
export const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

const clock = { offset: Date.now() - performance.now(), best: Infinity };
export const now = () => performance.now() + clock.offset;

function tick(header, asked) {
  const took = performance.now() - asked;
  if (!header || took > clock.best + 5) return;
  clock.best = took;
  clock.offset = Number(header) + took / 2 - performance.now();
}

/** Asks `url` again and again; calls `show(state)` for each new state, `lost(bool)` as the line breaks and mends. */
export function watch(url, show, lost = () => {}) {
  let tag = "";
  let wait = EVERY_MS;
  let timer = 0;
  let isAsking = false;
  let isWanted = false;
  async function look() {
    isWanted = isAsking;
    if (isAsking) return;
    isAsking = true;
    clearTimeout(timer);
    const asked = performance.now();
    try {
      const reply = await fetch(url, { headers: { Accept: "application/json", ...(tag && { "If-None-Match": tag }) }, credentials: "same-origin", redirect: "error" });
      if (reply.status !== 304 && !reply.ok) throw new Error(reply.status);
      tick(reply.headers.get("X-Now-Ms"), asked);
      if (reply.ok) {
        tag = reply.headers.get("ETag") ?? "";
        show(await reply.json());
      }
      wait = document.visibilityState === "visible" ? EVERY_MS : HIDDEN_MS;
      lost(false);
    } catch {
      wait = Math.min(LONGEST_MS, wait * 2);
      lost(true);
    } finally {
      isAsking = false;
    }
    timer = setTimeout(look, isWanted ? 0 : wait * (0.85 + Math.random() * 0.3));
  }
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") void look(); });
  void look();
  return look;
}

/** Posts JSON; returns {ok, body}: what was refused says why in `body.error`. */
export async function post(url, data) {
  try {
    const reply = await fetch(url, {
      method: "POST", credentials: "same-origin", redirect: "error", body: JSON.stringify(data),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    });
    return { ok: reply.ok, body: await reply.json().catch(() => ({})) };
  } catch {
    return { ok: false, body: { error: "offline" } };
  }
}

/** Says why something was refused. */
export const why = (body) => words[`no_${body.error}`] ?? words.no_other;

/** Makes an element: `make("p", {class: "x", text: "…"}, …children)`; `html` is what the server rendered. */
export function make(tag, { class: name, text, html, ...rest } = {}, ...children) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  if (html !== undefined) element.innerHTML = html;
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (typeof value === "boolean") element.toggleAttribute(key, value);
    else element.setAttribute(key, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export const teamOf = (state, number) => state.teams.find((team) => team.number === number);
export const nameOf = (state, number) => teamOf(state, number)?.name ?? "";
export const isBuzzing = (state) => ["buzz", "sudden"].includes(state.stage?.kind);
export const isLive = (state) => ["shown", "open", "claimed", "audience"].includes(state.phase);
export const signed = (points) => (points > 0 ? `+${points}` : String(points));

/** Letters of a response or key, in the order of the options. */
export function letters(item, response) {
  const chosen = [response].flat();
  return item.options.filter((option) => chosen.includes(option.id)).map((option) => option.letter).join("");
}

/** How a buzz stood to the first one: by the server's clock, which may say less than nothing for the order of arrival. */
export function gapOf(buzz, item) {
  if (buzz.is_early) return say("early");
  return buzz.team === item.claimed ? say("first") : `${buzz.gap_ms < 0 ? "−" : "+"}${Math.abs(buzz.gap_ms)} ms`;
}

/** Whole seconds left on the item's clock, null where none runs. */
export function secondsLeft(state) {
  const ends = state.item?.ends_ms;
  if (!ends || !["open", "claimed", "audience"].includes(state.phase)) return null;
  return Math.max(0, Math.ceil((ends - now()) / 1000));
}

/** Keeps a clock on the page: `show(seconds or null)` whenever the whole second changes. */
export function countDown(current, show) {
  let last;
  setInterval(() => {
    const left = current() ? secondsLeft(current()) : null;
    if (left !== last) show((last = left));
  }, 100);
}

/** What is going on, in a line. */
export function statusLine(state) {
  const item = state.item;
  if (state.phase === "waiting") return say("waiting");
  if (state.phase === "finished") return say("finished");
  if (state.phase === "between") return state.turn ? turnLine(state) : say("between", { stage: state.stage.title });
  if (state.phase === "shown") return isBuzzing(state) ? say("ready") : say("shown");
  if (state.phase === "open") {
    if (isBuzzing(state)) return say("buzz_now");
    return item.team ? say("answers", { team: nameOf(state, item.team) }) : say("all_answer");
  }
  if (state.phase === "claimed") return say("claimed", { team: nameOf(state, item.claimed) });
  if (state.phase === "audience") return say("audience");
  return settledLine(state, item);
}

function turnLine(state) {
  const team = nameOf(state, state.turn.team);
  if (state.turn.chosen) return say("chosen", { team, value: state.turn.chosen });
  return state.turn.values.length ? say("choosing", { team }) : say("next", { team });
}

function settledLine(state, item) {
  if (item.is_void) {
    const early = item.buzzes.find((buzz) => buzz.is_early);
    return early ? say("void_early", { team: nameOf(state, early.team) }) : say("void");
  }
  const judged = Object.entries(item.verdicts);
  if (judged.length === 1) return say(judged[0][1] ? "right" : "wrong", { team: nameOf(state, Number(judged[0][0])) });
  return judged.length ? say("settled") : say("over");
}
