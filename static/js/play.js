// Plays a page from year to year: follows its link to the next year and puts the new frame in place of the old. Each frame keeps its address.
const PAUSE = 700; // milliseconds between two frames

for (const bar of document.querySelectorAll("[data-play]")) {
  const button = document.createElement("button");
  let playing = false;

  const show = () => {
    button.textContent = playing ? bar.dataset.pauseLabel : bar.dataset.playLabel;
  };

  const go = async (link) => {
    const response = await fetch(link.href).catch(() => null);
    if (!response?.ok) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const frame of document.querySelectorAll("[data-frame]")) {
      const next = page.querySelector(`[data-frame="${frame.dataset.frame}"]`);
      if (next) frame.replaceChildren(...next.childNodes);
    }
    document.body.className = page.body.className;
    document.title = page.title;
    history.replaceState(null, "", link.href);
    return true;
  };

  button.type = "button";
  button.addEventListener("click", async () => {
    playing = !playing;
    show();
    let link = bar.querySelector("[data-next]") ?? bar.querySelector("[data-first]");
    while (playing && link && (await go(link))) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      link = bar.querySelector("[data-next]");
    }
    playing = false;
    show();
  });
  show();
  bar.prepend(button);
}
