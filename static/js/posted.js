// A page that answers a form: going back to it or loading it anew would ask whether to send the form again. Its address
// becomes that of the page the form stood on, where what was typed is filled in again. It is the last script of the page:
// the others have looked at the address, and what stands in the page still leads where it led.

const from = document.referrer && new URL(document.referrer);

if (from && from.origin === location.origin) {
  for (const form of document.forms) if (!form.hasAttribute("action")) form.setAttribute("action", location.href.split("#")[0]);
  for (const link of document.querySelectorAll('a[href^="?"]')) link.setAttribute("href", link.href);
  history.replaceState(history.state, "", from.href);
}
