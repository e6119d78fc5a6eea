// While one types [[name or [@key in a Markdown field, a list offers entries or sources.
import { replace } from "./typing.js";

const OPENINGS = [
  ["entry", /\[\[([^[\]|\n]{1,100})$/],
  ["source", /\[@([^[\],\n]{1,100})$/],
];
const PAUSE = 150;

const list = document.querySelector("[data-completion]");
const status = document.querySelector("[data-completion-status]");
let area = null;
let offers = [];
let active = 0;
let start = 0;
let timer;
let request;

const options = () => [...list.children];

const close = () => {
  clearTimeout(timer);
  request?.abort();
  list.hidden = true;
  area?.removeAttribute("aria-activedescendant");
  area?.removeAttribute("aria-controls");
  area = null;
};

const mark = (index) => {
  active = (index + offers.length) % offers.length;
  options().forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
  options()[active].scrollIntoView({ block: "nearest" });
  area.setAttribute("aria-activedescendant", options()[active].id);
};

const choose = (index) => {
  const field = area;
  const after = field.value.slice(field.selectionStart);
  const end = field.selectionStart + (/^\]{1,2}/.exec(after)?.[0].length ?? 0);
  const { insert } = offers[index];
  const from = start;
  close();
  replace(field, from, end, insert);
};

// Where a character of the field stands: measured on a copy of the field's text.
const STYLES = ["boxSizing", "width", "padding", "borderWidth", "borderStyle", "font", "letterSpacing", "lineHeight", "tabSize"];
const placeOf = (field, index) => {
  const copy = document.createElement("div");
  const style = getComputedStyle(field);
  for (const name of STYLES) copy.style[name] = style[name];
  copy.className = "completion__copy";
  copy.textContent = field.value.slice(0, index);
  const caret = copy.appendChild(document.createElement("span"));
  caret.textContent = "\u200b";
  document.body.append(copy);
  const box = field.getBoundingClientRect();
  const line = Number.parseFloat(style.lineHeight) || 20;
  const top = Math.min(Math.max(caret.offsetTop - field.scrollTop, 0), field.clientHeight - line);
  const place = { left: box.left + caret.offsetLeft, top: box.top + top + line };
  copy.remove();
  return { ...place, line };
};

const draw = () => {
  list.replaceChildren(
    ...offers.map(({ label, detail }, index) => {
      const option = document.createElement("li");
      option.id = `completion-${index}`;
      option.setAttribute("role", "option");
      option.className = "completion__option";
      const name = option.appendChild(document.createElement("b"));
      name.textContent = label;
      option.append(` ${detail}`);
      return option;
    }),
  );
  list.hidden = false;
  const { left, top: below, line } = placeOf(area, start);
  // Above the line where there is no room below it, beside the row of buttons that stands at the foot.
  const foot = document.querySelector(".desk-actions")?.offsetHeight ?? 0;
  const fits = below + list.offsetHeight < innerHeight - foot;
  const top = fits ? below : below - line - list.offsetHeight;
  const base = (list.offsetParent ?? document.documentElement).getBoundingClientRect();
  const furthest = document.documentElement.clientWidth - list.offsetWidth - 8;
  list.style.left = `${Math.max(0, Math.min(left, furthest)) - base.left}px`;
  list.style.top = `${top - base.top}px`;
  area.setAttribute("aria-controls", list.id);
  mark(0);
};

const ask = async (field, kind, typed) => {
  request?.abort();
  request = new AbortController();
  const address = new URL(field.closest("[data-complete]").dataset.complete, location.href);
  address.search = new URLSearchParams({ of: kind, q: typed });
  try {
    const response = await fetch(address, { signal: request.signal, headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.statusText);
    offers = (await response.json()).results;
  } catch (error) {
    if (error.name !== "AbortError") close(); // signed out or offline: one can still type
    return;
  }
  if (document.activeElement !== field) return;
  area = field;
  status.textContent = offers.length ? `${offers.length} ${list.dataset.found}` : list.dataset.none;
  if (offers.length) draw();
  else list.hidden = true;
};

// Offers what the text before the caret begins, or takes the list away.
export const offer = (field) => {
  const before = field.selectionStart === field.selectionEnd ? field.value.slice(0, field.selectionStart) : "";
  for (const [kind, opening] of OPENINGS) {
    const match = opening.exec(before);
    if (!match) continue;
    start = match.index;
    clearTimeout(timer);
    timer = setTimeout(() => ask(field, kind, match[1]), PAUSE);
    return;
  }
  close();
};

const KEYS = {
  ArrowDown: () => mark(active + 1),
  ArrowUp: () => mark(active - 1),
  Enter: () => choose(active),
  Tab: () => choose(active),
  Escape: close,
};

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-markdown]")) offer(event.target);
});
document.addEventListener("keydown", (event) => {
  if (list.hidden || event.target !== area || event.shiftKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (!KEYS[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  KEYS[event.key]();
});
document.addEventListener("selectionchange", () => {
  // The caret left what was being named.
  if (area && !list.hidden && !/^\[(\[|@)[^\]\n]*$/.test(area.value.slice(start, area.selectionStart))) close();
});
document.addEventListener("focusout", (event) => {
  if (event.target === area) close();
});
list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) choose(options().indexOf(option));
});
