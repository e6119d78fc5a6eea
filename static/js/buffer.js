// What is typed into an entry's form is kept, on the server and in this browser, and leaving a changed form asks.
const EVERY = 3000; // milliseconds between looks at the form
const PRESENT = 10_000; // at the latest then the server hears that the form is open, and says who else is here
const PREFIX = "desk-typed:";
const KEPT_FOR = 30 * 24 * 3600 * 1000;
const ASIDE = new Set(["csrfmiddlewaretoken", "writing", "opened_by"]);

const typed = (form) =>
  [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !ASIDE.has(name) && !name.includes("-__prefix__-"));

// The browser may refuse to store: no room, or not allowed. The server's copy is the first line.
const attempt = (deed) => {
  try {
    return deed();
  } catch {
    return null;
  }
};

const browserCopy = (key) => ({
  read: () => attempt(() => JSON.parse(localStorage.getItem(key))),
  write: (copy) => attempt(() => localStorage.setItem(key, JSON.stringify(copy))),
  clear: () => attempt(() => localStorage.removeItem(key)),
});

const dropOldCopies = () => {
  const names = attempt(() => Object.keys(localStorage)) ?? [];
  for (const copy of names.filter((name) => name.startsWith(PREFIX)).map(browserCopy)) {
    if (Date.now() - (copy.read()?.at ?? 0) > KEPT_FOR) copy.clear();
  }
};

const newWriting = () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const start = (panel) => {
  const form = panel.closest("form");
  const said = form.querySelector("[data-buffer-said]");
  const offer = panel.querySelector("[data-buffer-offer]");
  const { keep, head, headIsMine, held, signedOut } = panel.dataset;
  const copy = browserCopy(`${PREFIX}${panel.dataset.user}:${keep}`);
  const value = (name) => form.elements[name]?.value ?? "";

  const state = () => JSON.stringify(typed(form));
  let first = state();
  let sent = first;
  let last = first;
  let heard = 0;
  let busy = false;
  let leaving = false;
  const isChanged = () => held !== undefined || state() !== first;

  const say = (element, text) => {
    if (element.textContent.trim() !== text) element.textContent = text;
  };

  const show = (answer) => {
    say(said, answer.said ?? "");
    if (answer.others) say(form.querySelector("[data-buffer-others]"), answer.others.join(" "));
    if (answer.saved !== undefined) say(form.querySelector("[data-buffer-saved]"), answer.saved);
  };

  const body = (fields) => {
    const body = new URLSearchParams();
    for (const name of ["csrfmiddlewaretoken", "opened_by", "writing", "base"]) body.set(name, value(name));
    for (const [name, text] of Object.entries(fields)) body.set(name, text);
    return body;
  };

  // The server's answer; null where none came.
  const post = async (fields) => {
    try {
      const response = await fetch(keep, { method: "POST", body: body(fields), redirect: "manual" });
      const isJson = response.headers.get("content-type")?.includes("json");
      return isJson ? await response.json() : { said: signedOut };
    } catch {
      return null;
    }
  };

  const look = async () => {
    if (busy || leaving) return;
    const now = state();
    const changed = isChanged();
    if (now !== last) {
      last = now;
      if (changed) copy.write({ at: Date.now(), head, writing: value("writing"), base: value("base"), fields: now });
      else copy.clear();
    }
    const isNew = now !== sent;
    if (!isNew && Date.now() - heard < PRESENT) return;
    busy = true;
    const answer = await post(isNew ? (changed ? { fields: now } : { undone: "1" }) : {});
    busy = false;
    heard = Date.now();
    if (!answer || leaving) return;
    const quiet = { ...answer };
    if (!isNew && !answer.said) delete quiet.said;
    show({ said: said.textContent, ...quiet });
    if (answer.kept || (isNew && !changed)) sent = now;
    if (answer.done && changed) form.elements.writing.value = newWriting();
  };

  // What this browser still has of an earlier opening goes to the server, which then offers it.
  const handBack = async () => {
    const found = copy.read();
    if (!found || found.writing === value("writing")) return;
    const wasSaved = found.submitted && headIsMine !== undefined && Number(head) > Number(found.head);
    if (wasSaved || found.fields === first) {
      copy.clear();
      return;
    }
    const answer = await post({ fields: found.fields, writing: found.writing, base: found.base });
    if (answer?.kept) offer.hidden = false;
    if (answer?.kept || answer?.done) copy.clear();
  };

  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") return;
    leaving = true;
    copy.write({ at: Date.now(), head, writing: value("writing"), base: value("base"), fields: state(), submitted: true });
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && isChanged()) event.preventDefault();
  });
  addEventListener("pagehide", () => navigator.sendBeacon(keep, body({ left: "1" })));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = false;
    form.elements.writing.value = newWriting(); // the one before was saved
  });
  document.addEventListener("visibilitychange", look);

  const begin = async () => {
    // The admin's own scripts have filled in what they fill in.
    first = sent = last = state();
    if (held !== undefined) sent = last = "";
    dropOldCopies();
    if (held === undefined) await handBack();
    setInterval(look, EVERY);
    look();
  };
  if (document.readyState === "complete") begin();
  else addEventListener("load", () => setTimeout(begin));
};

const panel = document.querySelector("[data-buffer]");
if (panel) start(panel);
