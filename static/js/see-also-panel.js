// What See also will offer is fetched when its part of the form is opened; without this script a link leads to it.
document.addEventListener(
  "toggle",
  async ({ target }) => {
    const address = target.dataset?.seeAlsoPanel;
    if (!address || !target.open || target.dataset.loaded) return;
    target.dataset.loaded = "yes";
    try {
      const response = await fetch(address);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const offers = page.querySelector("[data-see-also-offers]");
      if (offers) target.querySelector(".desk-panel__body").replaceChildren(...offers.childNodes);
    } catch {
      delete target.dataset.loaded; // the link stays
    }
  },
  true,
);

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
