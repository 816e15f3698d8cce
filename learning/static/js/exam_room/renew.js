/* Logging in again in place, without leaving the paper. The queue belongs to the person who sat down:
   when somebody else logs in here, nothing of it is sent, and the page says so. */

import { say } from "./words.js";

const QUEUE_POLL_MS = 2000;

export function startRenew(session) {
  const dialog = document.getElementById("renew");
  const form = document.getElementById("renew-form");
  const status = document.getElementById("renew-status");
  const other = document.getElementById("other-person");
  const submit = form.querySelector("[type=submit]");

  const open = () => { if (!dialog.open && !other.open) { status.textContent = ""; dialog.showModal(); } };
  session.addEventListener("login", open);
  session.addEventListener("renewed", () => dialog.close());
  session.addEventListener("other", (event) => showOther(event.detail.csrf));
  form.querySelector("[data-renew-later]").addEventListener("click", () => dialog.close());
  document.getElementById("conn-net").querySelector("[data-retry]").addEventListener("click", () => {
    if (session.sender.held === "login") open();
  });
  other.querySelector("[data-renew-again]").addEventListener("click", () => { other.close(); open(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); void logIn(); });

  async function logIn(ticket = null) {
    submit.disabled = true;
    status.textContent = say("renewing");
    const { login_name, password } = Object.fromEntries(new FormData(form));
    const reply = await session.api.post(session.state.urls.renew, { login_name, password, ...(ticket && { ticket }) });
    if (reply.status === 202) {
      status.textContent = say("renew_queue", { n: reply.body.queue?.place ?? "" });
      setTimeout(() => { if (dialog.open) void logIn(reply.body.queue?.ticket); else submit.disabled = false; }, QUEUE_POLL_MS);
      return;
    }
    submit.disabled = false;
    if (reply.status === 200) welcome(reply.body);
    else status.textContent = refusal(reply);
  }

  function welcome({ person, csrf }) {
    form.reset();
    dialog.close();
    if (person !== session.state.person) {
      showOther(csrf);
      return;
    }
    session.takeCsrf(csrf, { tell: true });
    session.sender.release();
    session.dispatchEvent(new CustomEvent("renewed", { detail: {} }));
    session.notice(say("renew_done"), "pass");
  }

  function showOther(csrf) {
    if (csrf) for (const field of document.querySelectorAll("[data-csrf]")) field.value = csrf;
    document.getElementById("other-text").textContent = say("other_person");
    dialog.close();
    if (!other.open) other.showModal();
  }
}

function refusal({ status, body, retryAfterMs }) {
  if (status === 401) return say("renew_bad");
  if (status === 429) return say("renew_wait", { n: body.retry_after_s ?? Math.ceil(retryAfterMs / 1000) });
  if (status === 403) return say("renew_page");
  return say("renew_net");
}
