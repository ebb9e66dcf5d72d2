// A form with data-shows is sent as it is typed: the parts of the page that it names are drawn anew, and the address says what was
// asked. Without this the form's button does the same.
const pause = 250;
let waiting;
let asking;

async function ask(form) {
  asking?.abort();
  asking = new AbortController();
  const address = withFields(location.href, form);
  // It was of what had been asked before.
  address.searchParams.delete("page");
  const answer = await fetch(address, { signal: asking.signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!form.isConnected)
    return;
  const parts = form.dataset.shows.split(" ");
  // A session that has ended, or a server that cannot answer, says so itself.
  if (!parts.every(id => page.getElementById(id))) {
    location.assign(address);
    return;
  }

  for (const id of parts)
    document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
  history.replaceState(history.state, "", address);
  // What leads to another state of this page keeps what is asked.
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
  if (!form?.dataset.shows)
    return;
  clearTimeout(waiting);
  waiting = setTimeout(() => ask(form).catch(gone => {
    if (gone.name !== "AbortError")
      throw gone;
  }), pause);
});
