// The line to headquarters, and what has arrived there.

import { money, nameOf, redraw, say } from "./draw.js";
import { dictionary } from "./dictionary.js";
import { at, element } from "./page.js";
import { SIGNED, words } from "./words.js";

let switches = null;

export function openSwitches(deed) {
  at("network").addEventListener("click", () => deed("network", { on: !switches.network }));
  at("server").addEventListener("click", () => deed("server", { on: switches.server === "off" }));
}

export function drawHeadquarters(scene) {
  switches = scene.switches;
  turn(at("network"), words.of("network"), switches.network ? "on" : "off");
  turn(at("server"), words.of("server"), switches.server);
  drawLine(scene);
  const there = scene.headquarters;
  at("office").classList.toggle("off", !there);
  at("office-away").hidden = Boolean(there);
  say(at("office-away"), there ? "" : words.of(switches.server === "off" ? "serverOff" : "serverStarting"));
  at("office-room").hidden = !there;
  if (there) drawOffice(there, scene);
}

function turn(node, name, state) {
  node.ariaChecked = String(state === "on");
  node.disabled = state === "starting";
  say(node, `${name}: ${words.of(state === "on" ? "switchOn" : state === "off" ? "switchOff" : "switchStarting")}`);
}

function drawLine({ till, headquarters }) {
  const waiting = till?.health.entriesUnsent ?? 0;
  const isConnected = Boolean(till?.health.connected);
  at("line").dataset.state = !switches.network ? "cut" : isConnected && headquarters ? "whole" : "waiting";
  const how = isConnected ? "connected" : switches.network && headquarters ? "connecting" : "alone";
  say(at("queue"), waiting > 0
    ? [how === "connected" ? "" : words.of(how), words.count("queue", waiting)].filter(Boolean).join(" ")
    : words.of(how));
}

function drawOffice({ transactions, exceptions, overview }, { wallet, links }) {
  const figures = [
    ["ledgerSum", overview.ledgerSum, overview.ledgerSum === 0],
    ["doubtsOpen", overview.doubtsOpened - overview.doubtsSettled, overview.doubtsOpened === overview.doubtsSettled],
    ["exceptionsOpen", overview.exceptionsOpen, overview.exceptionsOpen === 0],
  ];
  redraw(at("figures"), figures, () => figures.map(([name, value, isGood]) => element(
    "div", { className: isGood ? "good" : "mild" },
    element("dt", { text: words.of(name) }), element("dd", { text: words.number(value) }))));
  redraw(at("transactions"), transactions, () => transactions.length === 0
    ? [element("li", { className: "soft", text: words.of("transactionsNone") })]
    : transactions.slice(0, 6).map(one => drawTransaction(one, wallet)));
  redraw(at("exceptions"), exceptions, () => exceptions.length === 0
    ? [element("li", { className: "soft", text: words.of("exceptionsNone") })]
    : exceptions.slice(0, 5).map(one => drawException(one, wallet, links.console)));
}

function drawTransaction(one, wallet) {
  const card = wallet.find(held => held.ledger?.uid === one.uid && held.copy === 0);
  const proof = dictionary[`proof.${one.proof}`] ? one.proof : "other";
  return element("li", {},
    element("strong", { text: card ? nameOf(card) : `…${one.uid.slice(-4)}` }),
    element("span", { className: "soft", text: one.kind === 2 ? money(one.amountMinor) : "" }),
    element("span", { text: words.count("pointsOf", one.earned - one.redeemed + one.adjusted, SIGNED) }),
    element("span", { className: `proof ${proof}`, text: words.of(`proof.${proof}`) }));
}

// Its evidence is headquarters' to show, to whoever has logged in there.
function drawException(one, wallet, console) {
  const card = wallet.find(held => held.uidEnd === one.uidEnd && held.copy === 0);
  const cause = dictionary[`cause.${one.cause}`] ? one.cause : "other";
  return element("li", { className: one.closedUs === null ? "open" : "closed" },
    element("strong", { text: card ? nameOf(card) : "" }),
    element("a", {
      href: new URL(`exceptions/${one.id}`, console), target: "_blank", rel: "noopener",
      text: words.of(`cause.${cause}`),
    }),
    element("em", { text: words.of(one.closedUs === null ? "exceptionOpen" : "exceptionClosed") }));
}
