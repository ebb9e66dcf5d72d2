// The Till API as any till calls it, to be read by whoever writes one. A call that changes something has a name of
// its own (Idempotency-Key) and is sent again under the same name until it is answered; what waits for a card is
// followed through the events; programs look at codes, people at messages.

import { shown } from "./door.js";
import { words } from "./words.js";

export class Refusal extends Error {
  constructor(problem) {
    super(problem.message?.cashier ?? problem.detail ?? problem.title);
    this.code = problem.code;
  }
}

export const pause = ms => new Promise(done => setTimeout(done, ms));

export async function ask(path, { method = "GET", body, name, headers, signal } = {}) {
  const answer = await fetch(path, {
    method, signal, body: body && JSON.stringify(body),
    headers: {
      ...shown(), "Accept-Language": words.language,
      ...(name && { "Idempotency-Key": name }), ...(body && { "Content-Type": "application/json" }), ...headers,
    },
  });
  if (!answer.ok) throw new Refusal(await answer.json());
  return answer;
}

export const get = async path => (await ask(path)).json();

// Whether a call without an answer arrived is unknown: the same again under the same name does nothing twice.
// What of it must not be kept, a supervisor's key, stands in headers.
export async function post({ path, body, name }, { headers, signal, away } = {}) {
  for (;;) {
    try {
      return await (await ask(path, { method: "POST", body, name, headers, signal })).json();
    } catch (failed) {
      if (failed instanceof Refusal || signal?.aborted) throw failed;
      away?.();
      await pause(1000);
    }
  }
}

// Server-sent events over fetch, for EventSource sends no key. Once this is answered nothing is missed.
export async function events(path, signal) {
  const answer = await ask(path, { signal });
  return read(answer.body.pipeThrough(new TextDecoderStream()).getReader());
}

async function* read(reader) {
  for (let text = ""; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const data = part.match(/^data: (.*)$/m);
      if (data) yield JSON.parse(data[1]);
    }
  }
}
