/* Shows and hides what is typed into a password field. Without scripts the button stays hidden. */

for (const button of document.querySelectorAll("[data-password-toggle]")) {
  const field = document.getElementById(button.getAttribute("aria-controls"));
  if (!(field instanceof HTMLInputElement)) continue;
  const words = { show: button.textContent, hide: button.dataset.hide };

  const set = (isShown) => {
    field.type = isShown ? "text" : "password";
    button.textContent = isShown ? words.hide : words.show;
  };

  button.hidden = false;
  button.addEventListener("click", () => set(field.type === "password"));
  // Hidden again before it is sent, so that no browser keeps it as ordinary text.
  field.form?.addEventListener("submit", () => set(false));
}
