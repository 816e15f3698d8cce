/* The words of a recording to read, from its captions: for who cannot see, hear or play it. */

/** Puts the transcript under a player. `recording` hears when it is opened and when it was read. */
export function addTranscript(player, recording, words) {
  const track = player.querySelector("track[srclang=zh-CN]") ?? player.querySelector("track");
  if (!track) return;
  const holder = document.createElement("details");
  holder.className = "qa-decktext";
  const summary = made("summary", words.transcript);
  const hint = made("p", words.transcript_counts);
  const text = made("p", "");
  text.lang = track.srclang;
  const done = made("button", words.transcript_done);
  done.type = "button";
  done.className = "btn btn-sm";
  for (const each of [summary, hint, done]) each.lang = document.documentElement.lang;
  holder.append(summary, hint, text, done);
  player.closest("figure").append(holder);
  done.addEventListener("click", () => recording.wasRead());
  holder.addEventListener("toggle", async () => {
    if (!holder.open || text.textContent) return;
    void recording.send(); // from now on the server reckons the time
    text.textContent = (await read(track.src)) ?? words.transcript_missing;
  });
}

function made(name, words) {
  const element = document.createElement(name);
  element.textContent = words;
  return element;
}

async function read(url) {
  try {
    const reply = await fetch(url, { credentials: "same-origin" });
    return reply.ok ? spoken(await reply.text()) : null;
  } catch {
    return null;
  }
}

/** What WebVTT says, without times, notes and tags; the file was checked when it came. */
export function spoken(vtt) {
  const cues = vtt.replaceAll("\r", "").split(/\n{2,}/).filter((block) => block.includes("-->"));
  return cues
    .map((block) => block.slice(block.indexOf("-->")).split("\n").slice(1).join(" "))
    .map((line) => line.replace(/<[^>]*>/g, "").trim())
    .join("\n");
}
