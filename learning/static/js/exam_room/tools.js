/* The room's tools: how the paper looks, full screen, and the ways to the others. */

export function openTools() {
  const dialog = document.getElementById("tools");
  const screen = dialog.querySelector("[data-full-screen]");
  screen.hidden = !document.fullscreenEnabled;
  screen.onclick ??= () => {
    dialog.close();
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen().catch(() => null);
  };
  dialog.showModal();
}
