// “Back” after a form was refused: to the form as it was left. Its address would open it anew, and empty.

for (const link of document.querySelectorAll("a[data-back]")) {
  link.addEventListener("click", (event) => {
    if (history.length < 2) return;
    event.preventDefault();
    history.back();
  });
}
