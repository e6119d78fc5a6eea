// Markdown fields: a toolbar, shortcuts, and the number of words while one writes.
import { offer } from "./completion.js";
import { replace } from "./typing.js";

const WORDS_A_MINUTE = 230;
const TABLE = "| Heading | Heading |\n| --- | --- |\n| Text | Text |\n";

// The selection without the spaces at its ends.
const chosen = (area) => {
  let { selectionStart: start, selectionEnd: end } = area;
  while (start < end && /\s/.test(area.value[start])) start += 1;
  while (end > start && /\s/.test(area.value[end - 1])) end -= 1;
  return { start, end, text: area.value.slice(start, end) };
};

const wrap = (area, mark) => {
  const { start, end, text } = chosen(area);
  const size = mark.length;
  const around = area.value.slice(start - size, start) === mark && area.value.slice(end, end + size) === mark;
  // A single star beside another is half of a pair.
  const other = mark === "*" && area.value[start - 2] === "*" && area.value[start - 3] !== "*";
  if (start >= size && around && !other) {
    replace(area, start - size, end + size, text);
    area.setSelectionRange(start - size, end - size);
  } else {
    replace(area, start, end, mark + text + mark);
    area.setSelectionRange(start + size, end + size);
  }
};

const lines = (area, change) => {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const until = area.value.indexOf("\n", Math.max(start, area.selectionEnd - (area.selectionEnd > area.selectionStart)));
  const end = until < 0 ? area.value.length : until;
  const text = change(area.value.slice(start, end).split("\n")).join("\n");
  replace(area, start, end, text);
  area.setSelectionRange(start, start + text.length);
};

const toggled = (all, mark) => {
  const on = all.every((line) => line.startsWith(mark));
  return all.map((line) => (on ? line.slice(mark.length) : mark + line));
};

const link = (area) => {
  const { start, end, text } = chosen(area);
  const isAddress = /^https?:\/\/\S+$/.test(text);
  replace(area, start, end, isAddress ? `[](${text})` : `[${text}](https://)`);
  const caret = isAddress || !text ? start + 1 : start + text.length + 3;
  area.setSelectionRange(caret, isAddress || !text ? caret : caret + 8);
};

const refer = (area, opening) => {
  const { start, end, text } = chosen(area);
  replace(area, start, end, opening + text);
  offer(area);
};

const table = (area) => {
  const at = area.selectionEnd;
  const before = area.value.slice(0, at);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  replace(area, at, at, `${gap}${TABLE}`);
  area.setSelectionRange(at + gap.length + 2, at + gap.length + 9);
};

const ACTIONS = {
  bold: (area) => wrap(area, "**"),
  italic: (area) => wrap(area, "*"),
  heading: (area) => lines(area, (all) => toggled(all, "# ")),
  list: (area) => lines(area, (all) => toggled(all, "- ")),
  link,
  entry: (area) => refer(area, "[["),
  source: (area) => refer(area, "[@"),
  table,
};
const KEYS = { b: "bold", i: "italic", k: "link" };

// Counts like publishing/writing.py.
const count = (text) =>
  (
    text
      .replace(/^ {0,3}\[see also\] *$/gim, "")
      .replace(/\[@[a-z0-9][a-z0-9-]{0,79}(?:,[ \n]*[^[\]\n]{1,120})?\]/g, "")
      .replace(/\[\[([^[\]|\n]{1,200})(?:\|([^[\]\n]{1,200}))?\]\]/g, (_all, name, words) => words || name)
      .replace(/\]\([^()\n]*\)/g, "]")
      .match(/[\p{L}\p{M}\p{N}]+(?:['’.,-][\p{L}\p{M}\p{N}]+)*/gu) ?? []
  ).length;

// The server wrote the sentence; its two numbers are put anew.
const say = (place, words) => {
  const numbers = [words, Math.max(1, Math.round(words / WORDS_A_MINUTE))];
  if (place) place.textContent = place.textContent.replace(/\d+/g, (old) => numbers.shift() ?? old);
};

const recount = () => {
  let total = 0;
  for (const area of document.querySelectorAll("textarea[data-markdown]")) {
    const row = area.closest(".inline-related");
    if (row?.classList.contains("empty-form")) continue;
    const words = count(area.value);
    say(area.closest("[data-markdown-editor]").querySelector("[data-markdown-length]"), words);
    if (!row?.querySelector("input[name$=-DELETE]")?.checked) total += words;
  }
  say(document.querySelector("[data-markdown-total]"), total);
};

const reach = (button) => {
  for (const other of button.parentElement.children) other.tabIndex = other === button ? 0 : -1;
};

const areaOf = (inside) => inside.closest("[data-markdown-editor]").querySelector("textarea");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-markdown-do]");
  if (!button) return;
  reach(button);
  ACTIONS[button.dataset.markdownDo](areaOf(button));
});

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest("[data-markdown-editor] [role=toolbar]");
  if (bar) {
    const all = [...bar.children];
    const at = all.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    reach(next);
    next.focus();
  } else if (event.target.matches("textarea[data-markdown]") && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
    const action = KEYS[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    ACTIONS[action](event.target);
  }
});

const show = (root) => {
  for (const bar of root.querySelectorAll("[data-markdown-editor] [role=toolbar]")) bar.hidden = false;
};

let waiting;
const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(recount, 300);
};
document.addEventListener("input", soon);
document.addEventListener("change", soon);
document.addEventListener("formset:added", soon);
document.addEventListener("formset:removed", soon);
// The empty row is among them, and rows added later are its copies.
show(document);
recount();
