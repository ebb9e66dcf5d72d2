// A form with data-try is sent as it is typed: the part of the page that it names is drawn anew, and the address says what was
// tried. Without this the form's button does the same.
const pause = 250;
let waiting;
let asking;

async function tryIt(form) {
  asking?.abort();
  asking = new AbortController();
  const fields = new URLSearchParams(location.search);
  for (const field of form.elements)
    fields.delete(field.name);
  for (const [name, value] of new FormData(form))
    fields.append(name, value);
  const address = `${location.pathname}?${fields}`;
  const answer = await fetch(address, { signal: asking.signal });
  if (!answer.ok)
    return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.getElementById(form.dataset.try);
  if (!part)
    return;
  document.getElementById(form.dataset.try).replaceChildren(...part.childNodes);
  history.replaceState(history.state, "", address);
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
