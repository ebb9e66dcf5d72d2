// A form with data-passkey asks the authenticator first, and sends its answer along. Where the browser knows no passkeys, or
// the page did not come by a name over a safe line, such forms stay hidden.
const known = window.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;

function show() {
  for (const form of document.querySelectorAll("form[data-passkey]"))
    form.hidden = !known;
}

async function answer(form) {
  const options = JSON.parse(form.dataset.options);
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(credential);
}

document.addEventListener("submit", async event => {
  const form = event.target;
  if (!form.dataset.passkey)
    return;
  event.preventDefault();
  event.stopPropagation();
  const problem = form.querySelector(".problem");
  problem.hidden = true;
  try {
    form.querySelector("[name$=credential i]").value = await answer(form);
  } catch {
    problem.hidden = false;
    return;
  }

  form.submit();
}, { capture: true });

show();
window.Blazor?.addEventListener("enhancedload", show);
