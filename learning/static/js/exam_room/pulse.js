/* Asks now and then where the attempt stands: paused or going on, more time, handed in by somebody else.
   Seldom, spread, and only while somebody looks at the page; a busy server says how seldom. */

const EVERY_MS = 30_000;
const PAUSED_MS = 8_000;

export function startPulse(session) {
  let everyMs = EVERY_MS;
  const rest = () => (session.pausedMs === null ? everyMs : PAUSED_MS) * (0.75 + Math.random() / 2);
  async function beat() {
    if (session.finished) return;
    if (!session.moved && document.visibilityState === "visible") {
      const { status, body } = await session.api.get(session.state.urls.pulse);
      if (status === 200) {
        everyMs = Math.max(EVERY_MS, body.again_ms || 0);
        session.takeStanding(body);
      }
    }
    setTimeout(() => void beat(), rest());
  }
  setTimeout(() => void beat(), rest());
}
