/* Pasting from Word and its like into a lesson: its structure comes as Markdown. Ctrl+Shift+V pastes the
   plain text, as everywhere; one undo takes either back. */

import { toMarkdown } from "../editor/rich.js";
import { write } from "../editor/toolbar.js";

export function pasteRich(text) {
  text.addEventListener("paste", (event) => {
    const held = event.clipboardData;
    if (event.defaultPrevented || text.readOnly || !held?.getData("text/plain").trim()) return;
    const markdown = toMarkdown(held.getData("text/html"));
    if (markdown === null) return;
    event.preventDefault();
    write(text, markdown);
  });
}
