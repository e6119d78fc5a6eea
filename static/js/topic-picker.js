// Completes names of topics in a plain text field. The field stays what is posted; without this script it is typed in full.
const list = Object.assign(document.createElement("ul"), { id: "topic-options", className: "topic-options", hidden: true });
list.setAttribute("role", "listbox");
const status = Object.assign(document.createElement("p"), { className: "topic-options__status" });
status.setAttribute("role", "status");
let field, active = -1, waiting, asked = 0;

// The name that the caret stands in: from the last comma or line end before it to the next one.
const part = (box) => {
  const caret = box.selectionStart;
  const start = Math.max(box.value.lastIndexOf("\n", caret - 1), box.value.lastIndexOf(",", caret - 1)) + 1;
  const rest = box.value.slice(caret).search(/[\n,]/);
  return { start, end: rest < 0 ? box.value.length : caret + rest, text: box.value.slice(start, caret).trim() };
};

const close = () => {
  asked += 1;
  list.hidden = true;
  active = -1;
  field?.removeAttribute("aria-activedescendant");
  field?.removeAttribute("aria-controls");
};

const mark = (index) => {
  active = index;
  [...list.children].forEach((option, at) => option.setAttribute("aria-selected", at === index));
  const option = list.children[index];
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
};

const take = (name) => {
  const { start, end } = part(field);
  const { value } = field;
  const before = value.slice(0, start) + (value[start - 1] === "," ? " " : "") + name;
  const isLast = end === value.length && field.rows > 1;
  field.value = before + (isLast ? "\n" : value.slice(end));
  const caret = before.length + (isLast ? 1 : 0);
  field.setSelectionRange(caret, caret);
  field.dispatchEvent(new Event("change", { bubbles: true }));
  status.textContent = `${name} ${field.dataset.taken}`;
  close();
};

const draw = (topics) => {
  list.replaceChildren(...topics.map((topic, index) => {
    const option = Object.assign(document.createElement("li"), { id: `topic-option-${index}`, textContent: topic.label });
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.name = topic.name;
    option.append(" ", Object.assign(document.createElement("span"), { className: "topic-options__detail", textContent: topic.detail }));
    return option;
  }));
  list.setAttribute("aria-label", field.labels[0]?.textContent.trim() ?? "");
  const { offsetLeft, offsetTop, offsetHeight, offsetWidth } = field;
  Object.assign(list.style, { left: `${offsetLeft}px`, top: `${offsetTop + offsetHeight}px`, width: `${offsetWidth}px` });
  list.hidden = topics.length === 0;
  if (topics.length) field.setAttribute("aria-controls", list.id);
  status.textContent = topics.length ? `${topics.length} ${field.dataset.found}` : field.dataset.none;
};

const ask = async (box) => {
  const { text } = part(box);
  close();
  if (text.length < 2) return;
  const mine = asked;
  const answer = await fetch(`${box.dataset.topicPicker}?${new URLSearchParams({ q: text.slice(0, 100) })}`).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const { topics } = await answer.json();
  if (mine === asked && document.activeElement === box) draw(topics);
};

const isOurs = (element) => element.matches?.("textarea[data-topic-picker]");

const adopt = (box) => {
  field = box;
  field.setAttribute("aria-autocomplete", "list");
  field.after(list, status);
};

document.addEventListener("focusin", ({ target }) => isOurs(target) && adopt(target));
document.addEventListener("focusout", ({ target }) => isOurs(target) && close());
document.addEventListener("input", ({ target }) => {
  if (!isOurs(target)) return;
  clearTimeout(waiting);
  waiting = setTimeout(ask, 150, target);
});
document.addEventListener("keydown", (event) => {
  if (!isOurs(event.target) || list.hidden) return;
  const last = list.children.length - 1;
  const moves = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last };
  if (event.key in moves) mark(moves[event.key]);
  else if (event.key === "Escape") close();
  else if (event.key === "Enter" && active >= 0) take(list.children[active].dataset.name);
  else return;
  event.preventDefault();
});
// Before the field loses the focus.
list.addEventListener("mousedown", (event) => {
  event.preventDefault();
  const option = event.target.closest("[role=option]");
  if (option) take(option.dataset.name);
});

// Somebody began to type before this script came.
if (isOurs(document.activeElement)) {
  adopt(document.activeElement);
  ask(document.activeElement);
}
