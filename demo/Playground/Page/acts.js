// What the page asks of the demo. The token stands behind the # of the address, which browsers send nowhere; this
// tab keeps it.

import { words } from "./words.js";

export class Refusal extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
  }
}

if (location.hash.length > 1) {
  sessionStorage.token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}

async function ask(path, { body, signal } = {}) {
  const answer = await fetch(`/playground/${path}`, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body), signal,
    headers: { "X-Playground-Token": sessionStorage.token ?? "", "Accept-Language": words.language },
  });
  if (answer.ok) return answer;
  const code = answer.status === 409 ? (await answer.json()).code : "";
  throw new Refusal(answer.status, code);
}

export const act = (name, body) => ask(name, { body });

export const tillKey = async () => (await ask("till-key")).text();

// Server-sent events over fetch, for EventSource sends no token.
export async function* events(signal) {
  const reader = (await ask("events", { signal })).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const said = part.match(/^event: (.*)\ndata: (.*)$/);
      if (said) yield { name: said[1], data: JSON.parse(said[2]) };
    }
  }
}
