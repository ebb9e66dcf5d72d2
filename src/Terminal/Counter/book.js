// What this page knows of the terminal's operations: they come as a list and then as events, whoever began them.

import { key, shut } from "./door.js";
import { events, get, pause, Refusal } from "./till-api.js";
import { words } from "./words.js";

const OVER = ["completed", "answered", "declined", "cancelled", "abandoned", "timed_out"];
const KEPT = 20;

export const isOver = operation => OVER.includes(operation.state);

// The reader that the page's address names: one of several tills of a terminal.
export const reader = new URLSearchParams(location.search).get("reader");

const operations = new Map();
const guests = new Map();                              // of cards that were asked: who has which number
let listening = new AbortController();

export const newest = () =>
  [...operations.values()].sort((one, other) => one.id < other.id ? 1 : -1).slice(0, KEPT);

export const isKnown = operation => operations.has(operation.id);

export const guestOf = operation => operation.card ?? guests.get(operation.result?.cardNumber);

// Whether it concerns this page. One that waited for any reader may have gone to another: it is forgotten.
export function note(operation) {
  if (reader && operation.reader && operation.reader !== reader) return operations.delete(operation.id);
  operations.set(operation.id, operation);
  if (operation.card) guests.set(operation.card.number, operation.card);
  return true;
}

// First the events, then the list: nothing falls between them. Calls changed with each operation, and with null
// after the list.
export async function listen(changed, away) {
  listening.abort();
  const turn = listening = new AbortController();
  while (key() && !turn.signal.aborted) {
    try {
      const changes = await events("/v1/events", turn.signal);
      for (const operation of (await get("/v1/checkouts")).checkouts) note(operation);
      changed(null);
      for await (const operation of changes) {
        if (note(operation)) changed(operation);
      }
    } catch (failed) {
      if (turn.signal.aborted) return;
      if (failed.code === "api-key-wrong") return shut(words.of("keyWrong"));
      if (!(failed instanceof Refusal)) away();
    }
    await pause(1000);
  }
}
