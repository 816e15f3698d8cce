/* Shows the certificate that a form describes while somebody writes it. One request at a time: what
   is typed meanwhile asks again when the answer has come. Without scripts the page saves as it is. */

const WAIT_MS = 400;
const form = document.querySelector("form[data-preview]");
const out = document.querySelector("[data-preview-out]");
const sample = document.getElementById("sample");

let timer = 0;
let isBusy = false;
let isStale = false;

const show = async () => {
  if (isBusy) {
    isStale = true;
    return;
  }
  isBusy = true;
  isStale = false;
  out.setAttribute("aria-busy", "true");
  try {
    const body = new FormData(form);
    body.set("sample", sample.value);
    const reply = await fetch(form.dataset.preview, { method: "POST", body, headers: { Accept: "text/html" } });
    if (reply.ok || reply.status === 400) out.innerHTML = await reply.text();
  } catch {
    // Off line for a moment: the last sample stays, the next change asks again.
  }
  out.setAttribute("aria-busy", "false");
  isBusy = false;
  if (isStale) show();
};

const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(show, WAIT_MS);
};

if (form && out && sample) {
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  sample.addEventListener("change", show);
  document.querySelector("[data-preview-now]")?.addEventListener("click", show);
  show();
}
