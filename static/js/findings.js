// A finding's link opens what hides the field and puts the cursor into it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-findings] a");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  const drawn = field.nextElementSibling?.classList.contains("select2") ? field.nextElementSibling : null;
  const target = drawn?.querySelector(".select2-search__field, .select2-selection") ?? field;
  (drawn ?? field).scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
});
