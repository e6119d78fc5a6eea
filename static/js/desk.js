// The admin's choice fields are drawn by Select2, which gives its parts no names. Name them after the field's own label.
const label = (select) => document.querySelector(`label[for="${select.id}"]`)?.textContent.trim().replace(/:$/, "") ?? select.name;

const name = (root) => {
  for (const select of root.querySelectorAll("select.admin-autocomplete")) {
    const drawn = select.nextElementSibling;
    if (!drawn?.classList.contains("select2")) continue;
    drawn.querySelector(".select2-search__field")?.setAttribute("aria-label", label(select));
    drawn.querySelector("ul.select2-selection__rendered")?.setAttribute("role", "presentation");
    drawn.querySelector("span.select2-selection__rendered")?.setAttribute("aria-label", label(select));
    const box = drawn.querySelector(".select2-selection[role=combobox]");
    box?.removeAttribute("aria-labelledby");
    box?.setAttribute("aria-label", `${label(select)}: ${[...select.selectedOptions].map((option) => option.text).join(", ")}`);
  }
};

const later = (root) => setTimeout(() => name(root));
addEventListener("load", () => later(document));
addEventListener("formset:added", (event) => later(event.target));
document.addEventListener("change", () => later(document));
