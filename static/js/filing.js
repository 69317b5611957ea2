// Beside a filing that saves itself: pieces of the page follow what was saved ([data-part]), sentences stand beside what
// is wrong, the path shows the section one is in.

const form = document.querySelector("form[data-autosave]");

function replace(parts) {
  for (const [name, html] of Object.entries(parts || {})) {
    const place = form.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (place && place.innerHTML !== html) place.innerHTML = html;
  }
  here();
}

function lines(errors) {
  form.querySelectorAll("p.err:not([data-upload-alert])").forEach((line) => line.remove());
  form.querySelectorAll(".fld.bad").forEach((field) => field.classList.remove("bad"));
  form.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
  for (const [id, sentence] of Object.entries(errors || {})) beside(id, sentence);
}

function beside(id, sentence) {
  const control = document.getElementById(id);
  if (!control) return;
  const field = control.closest(".fld") || control.parentElement;
  const line = Object.assign(document.createElement("p"), { className: "err", id: `${id}-error`, textContent: sentence });
  if (control.matches("input, select, textarea")) {
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", [`${id}-error`, ...(control.getAttribute("aria-describedby") || "").split(" ").filter((other) => other && other !== `${id}-error`)].join(" "));
  }
  field.classList.add("bad");
  (control.closest(".cell") || field).append(line);
}

// The section whose head was passed last.
function here() {
  const links = [...form.querySelectorAll(".path a[href^='#']")];
  const passed = links.filter((link) => document.querySelector(link.hash)?.getBoundingClientRect().top < 160);
  links.forEach((link) => {
    const on = link === (passed.at(-1) || links[0]);
    link.classList.toggle("on", on);
    if (on) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  });
}

form?.addEventListener("told", (event) => {
  replace(event.detail.parts);
  lines(event.detail.errors);
});

// "None of the nine" and the nine exclude each other.
form?.addEventListener("change", (event) => {
  if (event.target.name !== "special_subjects" || !event.target.checked) return;
  const none = event.target.value === "none";
  form.querySelectorAll("[name=special_subjects]").forEach((box) => {
    if (box !== event.target && (none || box.value === "none")) box.checked = false;
  });
});

if (form?.querySelector(".path")) {
  addEventListener("scroll", () => requestAnimationFrame(here), { passive: true });
  here();
}
