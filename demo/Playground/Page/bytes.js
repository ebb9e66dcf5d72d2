// Behind the scene: the terminal's journal, and what was said with the card.

import { dictionary } from "./dictionary.js";
import { money, nameOf, redraw } from "./draw.js";
import { at, element } from "./page.js";
import { words } from "./words.js";

export function drawJournal({ journal, till }) {
  const sales = new Map((till?.checkouts ?? []).map(one => [one.id.replaceAll("-", ""), one.amountMinor]));
  const head = journal[0]?.sequence ?? 0;
  const arrived = till ? head - till.health.entriesUnsent : 0;
  redraw(at("journal"), [journal, arrived, [...sales]], () => journal.length === 0
    ? [element("li", { className: "soft", text: words.of("journalNone") })]
    : journal.map(entry => drawEntry(entry, sales.get(entry.operation), entry.sequence <= arrived)));
}

function drawEntry({ sequence, kind, closes }, amount, hasArrived) {
  const of = [
    amount !== undefined && amount !== null && words.of("ofSale", money(amount)),
    closes !== null && words.of("closes", closes),
  ].filter(Boolean).join(" · ");
  return element("li", { className: `entry ${kind}` },
    element("span", { className: "sequence", text: String(sequence) }),
    element("span", {},
      element("span", { text: words.of(`entry.${kind}`) }),
      element("span", { className: "soft", text: of && ` — ${of}` })),
    element("em", { className: hasArrived ? "arrived" : "waits", text: words.of(hasArrived ? "arrived" : "waits") }));
}

export function drawBytes({ tap, wallet }) {
  const card = wallet.find(one => one.name === tap.card);
  redraw(at("bytes-of"), [tap.card, tap.reader, tap.isTorn], () => card
    ? [words.of("bytesOf", nameOf(card), tap.reader + 1),
      ...(tap.isTorn ? [" · ", element("strong", { className: "torn", text: words.of("bytesTorn") })] : [])]
    : [words.of("bytesNone")]);
  redraw(at("bytes"), tap.exchanges, () => tap.exchanges.map(drawExchange));
}

function drawExchange({ command, file, status, sent, heard }) {
  const of = file === null ? "" : ` · ${dictionary[`file.${file}`] ? words.of(`file.${file}`) : words.of("ofFile", file)}`;
  return element("li", { className: `exchange ${status}` },
    element("div", {},
      element("code", { text: command }), element("span", { className: "soft", text: of }),
      element("em", { text: words.of(`status.${status}`) })),
    element("p", { text: words.of(`command.${command}`) }),
    element("dl", {},
      element("dt", { text: words.of("toCard") }), element("dd", { text: spaced(sent) }),
      ...(heard === null
        ? [] : [element("dt", { text: words.of("fromCard") }), element("dd", { text: spaced(heard) })])));
}

const spaced = hex => hex.match(/../g).join(" ");
