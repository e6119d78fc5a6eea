// Completes the names of actors while they are typed. Without it the form takes any name and offers what fits.
const WAIT = 150; // milliseconds after the last key

for (const form of document.querySelectorAll("form[data-names]")) {
  for (const input of form.querySelectorAll("input[id^=side-]")) {
    const list = document.createElement("datalist");
    list.id = `${input.id}-names`;
    input.after(list);
    input.setAttribute("list", list.id);
    let waiting, asked;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const typed = input.value.trim();
        if (!typed || typed === asked) return;
        asked = typed;
        const response = await fetch(`${form.dataset.names}?q=${encodeURIComponent(typed)}`).catch(() => null);
        if (!response?.ok || asked !== typed) return;
        const { names } = await response.json();
        list.replaceChildren(...names.map((name) => new Option(name)));
      }, WAIT);
    });
  }
}
