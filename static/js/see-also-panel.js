// Pin and Exclude in the See also panel fill in a row of the choices below; without this script they lead there.
const rows = () => [...document.querySelectorAll("#see_also_choices-group .inline-related:not(.empty-form)")];
const target = (row) => row.querySelector("select[name$=-target]");

document.addEventListener("click", (event) => {
  const asked = event.target.closest?.("[data-see-also]");
  if (!asked) return;
  let row = rows().find((other) => target(other)?.value === asked.dataset.entry);
  if (!row) {
    document.querySelector("#see_also_choices-group .add-row a")?.click();
    row = rows().at(-1);
    if (!row) return;
    target(row).append(new Option(asked.dataset.title, asked.dataset.entry, true, true));
  }
  const choice = row.querySelector("select[name$=-choice]");
  choice.value = asked.dataset.seeAlso;
  for (const select of [target(row), choice]) select.dispatchEvent(new Event("change", { bubbles: true }));
  choice.focus();
  event.preventDefault();
});
