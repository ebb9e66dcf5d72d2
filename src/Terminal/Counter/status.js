// How the terminal is, looked at every two seconds: what works stands in a line, what does not in a banner.

import { reader } from "./book.js";
import { key, shut } from "./door.js";
import { at, element } from "./page.js";
import { get, pause } from "./till-api.js";
import { words } from "./words.js";

let looking = Promise.resolve();

export async function watchTerminal() {
  for (; ; await pause(2000)) await look();
}

export const look = () => looking = looking.then(lookNow);

async function lookNow() {
  if (!key()) return alarm("");
  try {
    const [health, { readers }] = [await get("/v1/health"), await get("/v1/readers")];
    drawReaders(readers);
    draw(health, reader ? readers.filter(one => one.name === reader) : readers);
  } catch (failed) {
    if (failed.code === "api-key-wrong") return shut(words.of("keyWrong"));
    at("status").replaceChildren();
    alarm(words.of("away"));
  }
}

function draw(health, readers) {
  const isThere = readers.some(one => one.available);
  const faults = health.faults.map(fault => fault.split(":")[0]).filter(code => code !== "no-reader");
  alarm(health.message?.cashier ?? (isThere ? "" : words.of("readerNoneWhy")));
  at("status").replaceChildren(
    chip(words.of("terminal", health.terminal)),
    isThere
      ? chip(words.of(readers.some(one => one.cardPresent) ? "readerCard" : "readerReady"), "good")
      : chip(words.of("readerNone"), "bad"),
    chip(words.of(health.connected ? "connected" : "alone"), health.connected ? "good" : "mild"),
    chip(health.entriesUnsent > 0 ? words.count("queue", health.entriesUnsent) : words.of("sent")),
    ...(health.openDoubts > 0 ? [chip(words.count("doubts", health.openDoubts), "mild")] : []),
    ...faults.map(code => chip(words.of("fault", code), "mild")));
}

// The choice is offered where there is one.
function drawReaders(readers) {
  const [list, before] = [at("reader"), at("reader").value];
  at("reader-field").hidden = Boolean(reader) || readers.length < 2;
  if (list.options.length === readers.length + 1 && list.lang === words.language) return;
  list.lang = words.language;
  list.replaceChildren(
    element("option", { value: "", text: words.of("readerAny") }),
    ...readers.map(one => element("option", { value: one.name, text: one.name })));
  list.value = readers.some(one => one.name === before) ? before : "";
}

const chip = (text, tone = "plain") => element("li", { text, className: tone });

// A live region speaks when it changes, and only then.
function alarm(text) {
  if (at("alarm").textContent !== text) at("alarm").textContent = text;
}
