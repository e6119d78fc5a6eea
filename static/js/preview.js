// The preview beside the form: what is typed is posted into a frame a moment after one stops.
const PAUSE = 800;
const WIDTHS = { phone: 390, desktop: 1280, print: 794 }; // print: A4 at 96 dots to the inch
const PAPER_MARGIN = "20mm 22mm"; // as print.css has it for the sheet
const MEMORY = "desk-preview";

const panel = document.querySelector("[data-preview]");
const toggle = document.querySelector("[data-preview-toggle]");
const form = toggle?.form;

const remembered = () => {
  try {
    return JSON.parse(localStorage.getItem(MEMORY)) ?? {};
  } catch {
    return {};
  }
};
const remember = () => {
  try {
    localStorage.setItem(MEMORY, JSON.stringify(state));
  } catch {
    // A browser that keeps nothing shows the panel closed the next time.
  }
};

const state = { open: false, width: "phone", ...remembered() };
if (!Object.hasOwn(WIDTHS, state.width)) state.width = "phone";

const stage = panel?.querySelector("[data-preview-stage]");
const status = panel?.querySelector("[data-preview-status]");
let shown = null; // the frame that is seen
let coming = null; // the frame that is loading
let number = 0;
let posted = "";
let timer;

const fit = (frame) => {
  const width = WIDTHS[state.width];
  const scale = Math.min(1, stage.clientWidth / width);
  frame.style.width = `${width}px`;
  frame.style.height = `${stage.clientHeight / scale}px`;
  frame.style.transform = scale < 1 ? `scale(${scale})` : "";
};

// As paper shows it: the print style sheet counts for the screen too.
const dress = (page) => {
  for (const sheet of page.querySelectorAll("link[data-media-print], link[media=print]")) {
    sheet.dataset.mediaPrint = "";
    sheet.media = state.width === "print" ? "all" : "print";
  }
  page.body.style.padding = state.width === "print" ? PAPER_MARGIN : "";
};

const settle = (frame) => {
  const page = frame.contentDocument; // null where the answer refuses to stand in a frame, as the sign-in does
  if (frame !== coming || page?.URL === "about:blank") return;
  const top = shown?.contentWindow?.scrollY ?? 0;
  status.textContent = page ? "" : panel.dataset.failed;
  if (!page) posted = "";
  shown?.remove();
  shown = frame;
  coming = null;
  frame.classList.remove("preview__frame--coming");
  if (!page) return;
  dress(page);
  frame.contentWindow.scrollTo(0, top);
  for (const link of page.querySelectorAll("a[href]:not([href^='#'])")) link.target = "_blank";
};

const newFrame = () => {
  const frame = document.createElement("iframe");
  number += 1;
  frame.name = `preview-${number}`;
  frame.title = panel.dataset.title;
  frame.className = "preview__frame preview__frame--coming";
  frame.addEventListener("load", () => settle(frame));
  return frame;
};

const fingerprint = () =>
  JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? `${value.name} ${value.size}` : value]));

// Each answer gets a frame of its own: the old one stays seen until the new one is ready, and "back" still leaves the form.
const refresh = () => {
  const now = fingerprint();
  if (!state.open || now === posted) return;
  posted = now;
  coming?.remove();
  coming = newFrame();
  stage.append(coming);
  fit(coming);
  status.textContent = panel.dataset.loading;
  const action = form.getAttribute("action");
  form.action = panel.dataset.preview;
  form.target = coming.name;
  HTMLFormElement.prototype.submit.call(form); // asks nobody: this is no save
  form.removeAttribute("target");
  if (action === null) form.removeAttribute("action");
  else form.action = action;
};

const soon = () => {
  clearTimeout(timer);
  if (state.open) timer = setTimeout(refresh, PAUSE);
};

const draw = () => {
  panel.hidden = !state.open;
  if (state.open) document.body.dataset.previewing = state.width;
  else delete document.body.dataset.previewing;
  toggle.setAttribute("aria-expanded", String(state.open));
  for (const button of panel.querySelectorAll("[data-preview-width]")) {
    button.setAttribute("aria-pressed", String(button.dataset.previewWidth === state.width));
  }
  for (const frame of [shown, coming]) if (frame) fit(frame);
  if (shown?.contentDocument) dress(shown.contentDocument);
};

const set = (change) => {
  Object.assign(state, change);
  remember();
  draw();
  refresh();
};

if (panel && form) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => set({ open: !state.open }));
  panel.addEventListener("click", (event) => {
    const width = event.target.closest("[data-preview-width]");
    if (width) set({ width: width.dataset.previewWidth });
    if (event.target.closest("[data-preview-close]")) {
      set({ open: false });
      toggle.focus();
    }
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    set({ open: false });
    toggle.focus();
  });
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  document.addEventListener("formset:added", soon);
  document.addEventListener("formset:removed", soon);
  // The admin's own widgets tell of changes through jQuery alone.
  addEventListener("load", () => {
    window.django?.jQuery(form).on("change", soon);
    draw();
    refresh();
  });
  new ResizeObserver(() => {
    for (const frame of [shown, coming]) if (frame && state.open) fit(frame);
  }).observe(stage);
}
