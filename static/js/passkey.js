// What allauth's scripts leave out: shows what needs a passkey only where the browser knows them, and says in words when one was not used.
if (window.PublicKeyCredential) for (const form of document.querySelectorAll("[data-passkey]")) form.hidden = false;

document.addEventListener("allauth.error", event => {
  event.preventDefault(); // it is no fault of the page
  for (const said of document.querySelectorAll("[data-passkey-fault]")) said.hidden = false;
});
