/* Keys of the reviewer's desk: a control says its own in data-key. Nothing while somebody writes. */

const WRITING = "input, textarea, select, [contenteditable]";

/** Returns the field that must be filled before a control may be used, if it is empty. */
function emptyField(control) {
  const field = control.dataset.needs && document.getElementById(control.dataset.needs);
  return field && field.value.trim() === "" ? field : null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(WRITING)) return;
  const control = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!control) return;
  event.preventDefault();
  (emptyField(control) ?? control).focus();
  if (!emptyField(control)) control.click();
});
