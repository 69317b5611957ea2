// Rows that repeat (crew, co-producers). Without script the server draws blank rows at the end; with it they can be added
// and taken away. Names follow WTForms: <list>-<number>-<field>.

function renumber(row, list, number) {
  const pattern = new RegExp(`^${list}-\\d+`);
  row.querySelectorAll("[id], [name], [for], [aria-describedby]").forEach((element) => {
    for (const attribute of ["id", "name", "for", "aria-describedby"]) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replace(pattern, `${list}-${number}`));
    }
  });
}

function clear(row) {
  row.querySelectorAll("input, textarea, select").forEach((control) => {
    if (control.type === "checkbox" || control.type === "radio") control.checked = false;
    else if (control.type !== "hidden" || control.name.endsWith("-id")) control.value = "";
    if (control.tagName === "SELECT") control.selectedIndex = 0;
    control.removeAttribute("aria-invalid");
  });
  row.querySelectorAll(".err").forEach((line) => line.remove());
  row.querySelectorAll(".bad").forEach((field) => field.classList.remove("bad"));
}

function written(row) {
  return [...row.querySelectorAll("input:not([type=hidden]), textarea")].some((control) => control.checked || control.value.trim());
}

function mount(box) {
  const list = box.dataset.rows;
  const add = box.querySelector("[data-row-add]");
  const all = () => [...box.querySelectorAll("[data-row]")];

  // No more rows than the server takes; then a line says so.
  function limit() {
    const full = all().length >= Number(box.dataset.most);
    add.hidden = full;
    box.querySelector("[data-row-most]").hidden = !full;
  }

  function tidy() {
    all().forEach((row, number) => {
      renumber(row, list, number);
      row.querySelector("[data-row-remove]").hidden = all().length < 2;
    });
    limit();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  add.addEventListener("click", () => {
    const last = all().at(-1);
    const row = last.cloneNode(true);
    clear(row);
    last.after(row);
    tidy();
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });

  box.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row-remove]")?.closest("[data-row]");
    if (!row || all().length < 2) return;
    if (written(row)) takeOut(row);
    else row.remove();
    tidy();
    (box.querySelector("[data-row-restore]:focus") || add).focus();
  });

  // Where a row with something in it stood, a line says that it is gone, and puts it back.
  function takeOut(row) {
    const line = Object.assign(document.createElement("p"), { className: "row-gone", textContent: `${box.dataset.gone} ` });
    const restore = Object.assign(document.createElement("button"), {
      type: "button", className: "btn btn-sm btn-line", textContent: box.dataset.restore,
    });
    restore.dataset.rowRestore = "";
    restore.addEventListener("click", () => {
      line.replaceWith(row);
      tidy();
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
    line.append(restore);
    row.replaceWith(line);
    restore.focus();
  }

  all().forEach((row) => { row.querySelector("[data-row-remove]").hidden = all().length < 2; });
  limit();
}

document.querySelectorAll("[data-rows]").forEach(mount);
