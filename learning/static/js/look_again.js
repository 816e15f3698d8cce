/* A page that waits for work done in the background looks again every five seconds while it is seen. */

const EVERY_MS = 5000;

setInterval(() => {
  if (document.visibilityState === "visible") location.reload();
}, EVERY_MS);
