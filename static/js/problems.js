// The summary of what is to be mended: a link leads into its field, unfolding what hides it; what is mended on a page that
// saves itself leaves the summary.

const summary = document.querySelector("[data-problems]");

summary.addEventListener("click", (event) => {
  const place = document.getElementById(event.target.closest("a")?.hash.slice(1));
  if (!place) return;
  for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const control = place.matches("input, select, textarea") ? place : place.querySelector("input, select, textarea");
  if (!control) return;
  event.preventDefault();
  control.focus();
  (control.closest(".fld") || control).scrollIntoView({ block: "center" });
});

document.addEventListener("told", (event) => {
  const wrong = event.detail.errors || {};
  for (const link of summary.querySelectorAll("a")) {
    const place = document.getElementById(link.hash.slice(1));
    const mended = !(place?.id in wrong) && !(place?.name in wrong);
    if (event.target.contains(place) && mended) link.closest("li").remove();
  }
  const left = summary.querySelectorAll("li").length;
  summary.querySelector("h2 span").textContent = summary.dataset.heading.replace("{n}", () => left);
  if (left) return;
  summary.remove();
  document.title = document.title.replace(/^[^：:]*[：:]\s*/, "");
});
