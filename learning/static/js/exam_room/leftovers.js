/* After the end: answers that this device never got through while the attempt was open (a dead network, a
   closed browser) are delivered when its person opens the result. The server keeps them aside, unscored,
   for the examiner. Nothing is sent for anybody else, and nothing when there is nothing. */

import { Api } from "./api.js";
import { ServerClock } from "./clock.js";
import { openStore } from "./store.js";
import { say, sayPositions } from "./words.js";

const MOST_ENTRIES = 50;

async function deliver(place) {
  const { base, csrf } = place.dataset;
  const person = document.documentElement.dataset.person;
  const store = await openStore(person, base.split("/").at(-1));
  const { entries } = await store.load();
  const api = new Api(csrf, new ServerClock());
  const late = [];
  while (entries.length) {
    const { epoch } = entries[0];
    const batch = entries.splice(0, Math.min(MOST_ENTRIES, entries.filter((entry) => entry.epoch === epoch).length));
    const responses = batch.map(({ position, seq, response }) => ({ position, seq, response }));
    const { status, body } = await api.post(`${base}/responses`, { epoch, responses });
    if (status !== 200 && status !== 409 && status !== 400) return; // not now: they stay on the device
    late.push(...(body.late ?? []));
  }
  await store.purge();
  if (!late.length) return;
  place.querySelector("p").textContent = say("late", { items: sayPositions(late.map(([position]) => position)) });
  place.hidden = false;
}

const place = document.getElementById("leftovers");
if (place && document.documentElement.dataset.person) void deliver(place);
