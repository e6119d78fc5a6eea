// What See also will offer is fetched when its part of the form is opened; without this script a link leads to it.
const fill = async (panel) => {
  if (!panel.open || panel.dataset.loaded) return;
  panel.dataset.loaded = "yes";
  try {
    const response = await fetch(panel.dataset.seeAlsoPanel);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const offers = page.querySelector("[data-see-also-offers]");
    if (offers) panel.querySelector(".desk-panel__body").replaceChildren(...offers.childNodes);
  } catch {
    delete panel.dataset.loaded; // the link stays
  }
};

document.addEventListener("toggle", ({ target }) => target.dataset?.seeAlsoPanel && fill(target), true);
document.querySelectorAll("[data-see-also-panel]").forEach(fill); // opened before this script came

// Pin and Exclude in the See also panel fill in a row of the choices below; without this script they lead there.
const rows = () => [...document.querySelectorAll("#see_also_choices-group .inline-related:not(.empty-form)")];
const targetOf = (row) => row.querySelector("select[name$=-target]");

document.addEventListener("click", (event) => {
  const asked = event.target.closest?.("[data-see-also]");
  if (!asked) return;
  let row = rows().find((other) => targetOf(other)?.value === asked.dataset.entry);
  if (!row) {
    document.querySelector("#see_also_choices-group .add-row a")?.click();
    row = rows().at(-1);
    if (!row) return;
    targetOf(row).append(new Option(asked.dataset.title, asked.dataset.entry, true, true));
  }
  const choice = row.querySelector("select[name$=-choice]");
  choice.value = asked.dataset.seeAlso;
  for (const select of [targetOf(row), choice]) select.dispatchEvent(new Event("change", { bubbles: true }));
  choice.focus();
  event.preventDefault();
});
