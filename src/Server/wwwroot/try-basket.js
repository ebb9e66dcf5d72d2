// A form with data-try is sent as it is typed: the part of the page that it names is drawn anew, and the address says what was
// tried. Without this the form's button does the same.
const pause = 250;
let waiting;
let asking;

async function tryIt(form) {
  asking?.abort();
  asking = new AbortController();
  const address = withFields(location.href, form);
  const answer = await fetch(address, { signal: asking.signal });
  if (!answer.ok || !form.isConnected)
    return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.getElementById(form.dataset.try);
  if (!part)
    return;
  document.getElementById(form.dataset.try).replaceChildren(...part.childNodes);
  history.replaceState(history.state, "", address);
  // What leads to another state of this page keeps what is tried.
  for (const link of document.querySelectorAll(`main a[href^="${location.pathname}?"]`))
    link.href = withFields(link.href, form);
}

function withFields(address, form) {
  const to = new URL(address);
  for (const field of form.elements)
    to.searchParams.delete(field.name);
  for (const [name, value] of new FormData(form))
    to.searchParams.append(name, value);
  return to;
}

document.addEventListener("input", event => {
  const form = event.target.form;
  if (!form?.dataset.try)
    return;
  clearTimeout(waiting);
  waiting = setTimeout(() => tryIt(form).catch(gone => {
    if (gone.name !== "AbortError")
      throw gone;
  }), pause);
});
