/* Sets the theme before the first paint when the person has not chosen one: the system's. */
(() => {
  const root = document.documentElement;
  if (!("themeAuto" in root.dataset)) return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", () => { if ("themeAuto" in root.dataset) follow(); });
})();
