// Forms in general: a second press of the same button does nothing, unsaved text is not lost by leaving the page,
// and texts kept on this computer are forgotten at log-out; where there are some, the first press says so.

import { forget, keepsAny } from "./kept.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  const told = form.querySelector("[data-forget-told]");
  if (told?.hidden && keepsAny()) {
    event.preventDefault();
    told.hidden = false;
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  if ("forget" in form.dataset) forget();
  setTimeout(release, 8000, form); // an answer that is a file leaves the page standing
});

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

// A page shown again from the browser's memory may be posted again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach(release);
});

// A browser that goes back or reloads puts what was typed over what has been saved since, beside the newest version: a form
// of a row shows what is stored.
document.querySelectorAll("main form:has([name=version])").forEach((form) => { form.autocomplete = "off"; });

document.querySelectorAll("form[data-guard]").forEach((form) => {
  form.addEventListener("input", () => { form.dataset.changed = "yes"; });
});

// Text in a form that does not keep itself goes with the page: also when another form of the page is sent. The gate's
// forms (log-in, a new password) have nothing of that kind.
const ASKED = "main form[method=post]:not([data-autosave], [data-sent])";
const WRITTEN = "textarea, input:not([type=hidden], [type=password], [type=checkbox], [type=radio], [type=file])";

function written(form) {
  return !form.closest(".p-gate")
    && [...form.elements].some((control) => control.matches(WRITTEN) && control.value !== control.defaultValue && control.value.trim());
}

window.addEventListener("beforeunload", (event) => {
  const open = document.querySelector("form[data-guard][data-changed]:not([data-sent]), form[data-unsaved]:not([data-sent]), form:not([data-sent]) [data-upload-going]");
  if (!open && ![...document.querySelectorAll(ASKED)].some(written)) return;
  event.preventDefault();
  setTimeout(() => document.querySelectorAll("form[data-sent]").forEach(release), 500); // who stays may press again
});
