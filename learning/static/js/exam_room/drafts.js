/* Answers that are only on this device because the attempt went on elsewhere: shown with their values,
   sent or dropped by the person's choice, never by themselves. */

import { responseInWords } from "./items.js";
import { say } from "./words.js";

export function startDrafts(session, articleOf) {
  const panel = document.getElementById("drafts");
  const part = (name) => panel.querySelector(`[data-drafts-${name}]`);
  const takeover = part("takeover");

  function row(draft) {
    const item = document.createElement("li");
    const words = document.createElement("div");
    const line = (tag, text) => { const node = document.createElement(tag); node.textContent = text; words.append(node); };
    line("b", say("item", { n: draft.position }));
    line("span", say("draft_value", { value: responseInWords(articleOf(draft.position), draft.response) }));
    item.append(words);
    if (!session.moved && !session.finished) {
      line("small", say("draft_server", { value: responseInWords(articleOf(draft.position), session.log.response(draft.position)) }));
      const buttons = document.createElement("div");
      buttons.className = "qa-row";
      for (const [word, send] of [["send", true], ["discard", false]]) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-sm";
        button.textContent = say(word);
        button.setAttribute("aria-label", `${say(word)} ${say("item", { n: draft.position })}`);
        button.addEventListener("click", () => settle([draft], send));
        buttons.append(button);
      }
      item.append(buttons);
    }
    return item;
  }

  function settle(drafts, send) {
    for (const draft of drafts) session.settleDraft(draft, { send });
    if (!session.undelivered.length) document.querySelector("[data-item]:not([hidden]) h2")?.focus();
  }

  function paint() {
    const drafts = [...session.undelivered].sort((a, b) => a.position - b.position);
    const wasHidden = panel.hidden;
    panel.hidden = !session.moved && !drafts.length;
    part("why").textContent = session.moved ? `${say("moved")}${drafts.length ? say("drafts_after") : ""}` : say("drafts_after");
    part("count").hidden = !drafts.length;
    part("count").textContent = say("unsaved_n", { n: drafts.length });
    part("list").replaceChildren(...drafts.map(row));
    takeover.hidden = !session.moved;
    part("send").hidden = part("discard").hidden = session.moved || session.finished || !drafts.length;
    panel.querySelector(".qa-sheet__foot").hidden = session.finished && !session.moved;
    if (wasHidden && session.moved) document.getElementById("drafts-title").focus();
  }

  takeover.addEventListener("click", async () => {
    takeover.disabled = true;
    const taken = await session.takeOver();
    takeover.disabled = false;
    if (!taken) session.notice(say("takeover_failed"), "error");
  });
  part("send").addEventListener("click", () => settle([...session.undelivered], true));
  part("discard").addEventListener("click", () => settle([...session.undelivered], false));
  session.addEventListener("drafts", paint);
  paint();
}
