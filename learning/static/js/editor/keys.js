/* The editor's keys; the dialog lists them. Typing keeps the browser's own undo. */

const inText = (target) => target.matches("textarea, input:not([type=radio], [type=checkbox], [type=range])");

export class Keys {
  constructor({ save, preview, undo, redo }) {
    const dialog = document.getElementById("keys");
    document.querySelector("[data-keys]").addEventListener("click", () => dialog.showModal());
    document.addEventListener("keydown", (event) => {
      if (event.isComposing || event.altKey) return;
      const isCommand = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (isCommand && key === "s") save();
      else if (isCommand && key === "enter") preview();
      else if (isCommand && key === "z" && !inText(event.target)) (event.shiftKey ? redo : undo)();
      else if (event.key === "?" && !isCommand && !inText(event.target) && !dialog.open) dialog.showModal();
      else return;
      event.preventDefault();
    });
  }
}
