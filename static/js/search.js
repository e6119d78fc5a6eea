// Offers titles, aliases and topics while one types into a search field. Without it the form searches as it is.
const WAIT = 150; // milliseconds after the last key

document.querySelectorAll("form[data-search]").forEach((form, number) => {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  const status = document.createElement("span");
  list.id = `search-offers-${number}`;
  list.className = "offers";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.querySelector("label").textContent);
  status.className = "hidden";
  status.setAttribute("role", "status");
  form.append(list, status);
  input.setAttribute("role", "combobox");
  input.setAttribute("autocomplete", "off");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let offers = [];
  let active = -1;
  let timer, request;

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    // Before the first and after the last one stands what was typed.
    active = ((place + 1 + offers.length + 1) % (offers.length + 1)) - 1;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[active].id);
  };
  const draw = () => {
    list.replaceChildren(
      ...offers.map(({ label, detail }, at) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${at}`;
        option.setAttribute("role", "option");
        option.className = "offers__option";
        option.append(label, " ");
        option.appendChild(document.createElement("small")).textContent = detail;
        return option;
      }),
    );
    list.hidden = !offers.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = offers.length ? `${offers.length} ${form.dataset.found}` : form.dataset.none;
    mark(-1);
  };
  const ask = async () => {
    request = new AbortController();
    const address = `${form.dataset.search}?q=${encodeURIComponent(input.value)}`;
    const response = await fetch(address, { signal: request.signal }).catch(() => null);
    if (!response?.ok) return;
    offers = (await response.json()).results;
    if (document.activeElement === input) draw();
  };
  input.addEventListener("input", () => {
    close();
    if (input.value.trim()) timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) location.assign(offers[active].address);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const option = event.target.closest("li");
    if (option) location.assign(offers[[...list.children].indexOf(option)].address);
  });
});
