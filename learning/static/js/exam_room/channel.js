/* Keeps the tabs of one attempt in step: each hears of the others' changes and of what the server has
   saved, so that no seq is given out twice and every tab shows the same answers. */

export class Channel {
  #channel = null;
  tab = Math.random().toString(36).slice(2);

  /** on: {change, settled, csrf, submitted, bye} each called with the message. */
  constructor(person, attempt, on) {
    if (!("BroadcastChannel" in window)) return;
    this.#channel = new BroadcastChannel(`qa-attempt:${person}:${attempt}`);
    this.#channel.onmessage = ({ data }) => on[data?.type]?.(data);
  }

  tell(type, message = {}) {
    this.#channel?.postMessage({ ...message, type, tab: this.tab });
  }
}
