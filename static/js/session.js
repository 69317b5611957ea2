// Who is logged in. A page knows for whom it was drawn (body[data-person]); a log-in may end meanwhile, and the same
// person or another may come in another window. Forms of the page go on only for the person they were drawn for.

import { CAME } from "./kept.js";

const body = document.body.dataset;

export const person = body.person || "";
export const session = { state: "live" }; // live | ended (nobody is logged in) | other (somebody else is)

let asking = null;
let asked = 0;

// Ask who is there; for the same person, all forms of the page are given the new token. Gives the state.
export function look() {
  asking ||= ask().finally(() => { asking = null; });
  return asking;
}

async function ask() {
  asked = Date.now();
  const answer = await fetch(body.session, { headers: { Accept: "application/json", "X-Requested-With": "fetch" }, cache: "no-store" });
  if (!answer.ok) throw new Error(answer.statusText);
  const now = await answer.json();
  const before = session.state;
  session.state = now.person === null ? "ended" : String(now.person) === person ? "live" : "other";
  if (session.state === "live") {
    document.querySelectorAll("input[name=csrf_token]").forEach((input) => { input.value = now.token; });
  }
  if (session.state !== before) document.dispatchEvent(new CustomEvent("session", { detail: session.state }));
  return session.state;
}

// Send something as the person of the page. With an old token it is sent once more with the new one, if there is one.
export async function send(address, token, options) {
  const go = () => fetch(address, {
    redirect: "manual", ...options,
    headers: { Accept: "application/json", "X-Requested-With": "fetch", ...options.headers, "X-CSRFToken": token.value },
  });
  const answer = await go();
  if (answer.status !== 401 || (await look()) !== "live") return answer;
  return go();
}

// Where the log-in is, and back to this page from there.
export function logIn() {
  const here = location.pathname + location.search + location.hash;
  return `${body.logIn}?next=${encodeURIComponent(here)}`;
}

// Whoever comes back to this window, or logs in in another, is asked for again.
function lookAgain() {
  if (session.state !== "live" && !document.hidden) look().catch(() => {});
}
window.addEventListener("focus", lookAgain);
window.addEventListener("online", lookAgain);
document.addEventListener("visibilitychange", lookAgain);
document.addEventListener("input", () => { if (Date.now() - asked > 20000) lookAgain(); });
window.addEventListener("storage", (event) => { if (event.key === CAME) lookAgain(); });
