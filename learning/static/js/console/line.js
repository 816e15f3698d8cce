/* One candidate of the console: what was told, filled into the line; texts alone, never markup. */

const QUIET_MIN = 5;
const two = (n) => String(n).padStart(2, "0");

function clock(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

function timeLeft(row, now, say) {
  if (!row.deadline_ms) return "";
  const left = row.deadline_ms - (row.paused_ms ?? now);
  return left <= 0 ? say("up") : say("left", { t: clock(left) });
}

/** Which section runs and what is left of it, where sections have limits. */
function section(row, now, say) {
  const ends = row.section_ends_ms ?? [];
  const at = row.paused_ms ?? now;
  const running = ends.findIndex((end) => at < end);
  return running < 0 ? "" : say("section", { n: running + 1, m: ends.length, t: clock(ends[running] - at) });
}

/** For how many whole minutes nothing came from a running attempt; 0 below what needs an eye. */
function quietFor(row, now) {
  if (!row.deadline_ms || row.paused_ms) return 0;
  const silent = Math.floor((now - Math.max(row.begun_ms, row.saved_ms ?? 0, row.told_ms ?? 0)) / 60_000);
  return silent >= QUIET_MIN ? silent : 0;
}

function lastSave(row, now, say) {
  if (row.items === undefined) return "";
  const quiet = quietFor(row, now);
  if (quiet) return say("quiet", { n: quiet });
  if (row.saved_ms === null) return say("unsaved");
  const s = Math.max(0, Math.floor((now - row.saved_ms) / 1000));
  return s < 90 ? say("saved_s", { n: s }) : say("saved_m", { n: Math.floor(s / 60) });
}

/** Fills a line; what did not change is left alone, so that readers are not told again. */
export function fill(line, row, { now, say, isChosen, base }) {
  const set = (name, text) => {
    const cell = line.querySelector(`[data-f=${name}]`);
    if (cell.textContent !== text) cell.textContent = text;
    cell.hidden = text === "";
    return cell;
  };
  set("seat", row.seat === null ? "" : String(row.seat));
  const href = base + row.id;
  const name = set("name", row.name);
  if (name.getAttribute("href") !== href) name.href = href;
  set("ticket", row.ticket);
  set("room", row.room);
  set("state", row.state).dataset.s = row.status;
  set("answered", row.items === undefined ? "" : say("answered", { n: row.answered, m: row.items }));
  set("left", timeLeft(row, now, say));
  set("saved", lastSave(row, now, say));
  const isQuiet = quietFor(row, now) > 0;
  line.toggleAttribute("data-quiet", isQuiet);
  line.toggleAttribute("data-problem", Boolean(row.paused_ms || row.late || isQuiet));
  set("more", [section(row, now, say), row.late ? say("late", { n: row.late }) : "", row.aid, row.extra ? say("extra", { n: row.extra }) : "", ...(row.events ?? [])].filter(Boolean).join(" · "));
  const box = line.querySelector("[data-choose]");
  box.checked = isChosen;
  const label = say("choose", { name: row.name });
  if (box.ariaLabel !== label) box.ariaLabel = label;
}
