// Passkeys: a form with data-passkey asks the browser to make one (make) or to show one (show) when it is sent, and is sent
// with the answer. data-asked is what the server asks, as WebAuthn's JSON.

const form = document.querySelector("form[data-passkey]");
const said = form.querySelector("[data-passkey-said]");
const button = form.querySelector("button");
const api = window.PublicKeyCredential;
const knows = api && api.parseCreationOptionsFromJSON && api.parseRequestOptionsFromJSON;

function say(what) {
  said.textContent = said.dataset[what];
  said.hidden = false;
}

async function answer() {
  const asked = JSON.parse(form.dataset.asked);
  const credential = form.dataset.passkey === "make"
    ? await navigator.credentials.create({ publicKey: api.parseCreationOptionsFromJSON(asked) })
    : await navigator.credentials.get({ publicKey: api.parseRequestOptionsFromJSON(asked) });
  return JSON.stringify(credential);
}

async function send(event) {
  event.preventDefault();
  if (button.disabled) return;
  said.hidden = true;
  button.disabled = true;
  try {
    form.elements.answer.value = await answer();
    form.submit();
  } catch (error) {
    button.disabled = false;
    button.focus();
    say(error.name === "InvalidStateError" ? "known" : "refused");
  }
}

if (knows) {
  form.addEventListener("submit", send);
  window.addEventListener("pageshow", () => { button.disabled = false; });
  button.disabled = false; // without this script nothing can be sent
  if (form.dataset.passkey === "show") button.focus();
} else {
  say("unknown");
}
