// The shop's side: till, display, readers, and the wallet from which cards go to them.

import { openDrag } from "./drag.js";
import { button, money, nameOf, redraw, say } from "./draw.js";
import { at, element, mark } from "./page.js";
import { words } from "./words.js";

const LIGHTS = ["green", "yellow", "red", "buzzer"];
const TEARS = ["tear-after@commit", "tear-before@commit", "tear-before@5", "tear-after@7"];
const OPEN = ["waiting", "tapping", "present_again", "in_doubt"];
const AMOUNT_MOST = 1_000_000;

const tears = new Map();                               // reader: which tear its button arms
let deed = () => {};
let scene = null;

export function openCounter(act, hold) {
  deed = act;
  at("amount").value = "12.34";
  at("till").addEventListener("submit", sell);
  at("cancel").addEventListener("click", () => deed("cancel", { on: true }));
  openDrag(hold, {
    put: (card, reader) => deed("put", { card, reader }),
    take: card => {
      const reader = scene.readers.findIndex(one => one.card === card);
      if (reader >= 0) deed("take", { reader });
    },
  });
}

export function drawCounter(now) {
  scene = now;
  drawTill(now);
  redraw(at("readers"), [now.readers.map(({ lights, ...rest }) => rest), now.wallet, now.switches.hasPcscd], () => [
    ...now.readers.map(drawReader), ...(now.switches.hasPcscd ? [drawDaemon()] : [])]);
  redraw(at("wallet"), [now.wallet, now.readers.map(one => one.card)], () => now.wallet.map(drawPocket));
  drawLights(now.readers.map(one => one.lights));
}

export function drawLights(readers) {
  readers.forEach((on, i) => {
    const lights = at("readers").children[i]?.querySelector(".lights");
    if (!lights) return;
    for (const one of lights.children) one.classList.toggle("on", on.includes(one.dataset.light));
    lights.ariaLabel = words.of(
      "lit", on.length ? on.map(light => words.of(`light.${light}`)).join(", ") : words.of("dark"));
  });
}

function sell(event) {
  event.preventDefault();
  const amount = Number(at("amount").value.trim().replace(",", "."));
  const minor = Math.round(amount * 100);
  const isWrong = at("amount").value.trim() === "" || !(minor >= 0 && minor <= AMOUNT_MOST);
  at("amount").ariaInvalid = String(isWrong);
  if (isWrong) return say(at("alarm"), words.of("amountWrong"));
  deed("sell", { key: crypto.randomUUID(), amountMinor: minor, redeemAll: at("redeem").checked });
}

// Till and display show the checkout that changed last.
function drawTill({ till }) {
  const last = till?.checkouts[0];
  const isOpen = OPEN.includes(last?.state);
  at("desk").dataset.state = till ? last?.state ?? "idle" : "away";
  say(at("till-says"), till ? last?.message.cashier ?? words.of("tillReady") : words.of("tillAway"));
  say(at("till-sum"), last ? [money(last.amountMinor ?? 0), pointsOf(last)].filter(Boolean).join(" · ") : "");
  at("sell").hidden = isOpen;
  at("cancel").hidden = !isOpen;
  at("display-says").lang = last?.customerLanguage ?? words.language;
  say(at("display-says"), last?.message.customer ?? words.of("displayIdle"));
  say(at("display-points"), last?.result ? [
    pointsOf(last),
    last.result.balanceAfter !== null && words.of("balance", words.count("pointsOf", last.result.balanceAfter)),
  ].filter(Boolean).join(" · ") : "");
}

const pointsOf = ({ result }) =>
  result && words.count("pointsOf", result.earned - result.redeemed, { signDisplay: "exceptZero" });

function drawReader(reader, i) {
  const card = scene.wallet.find(one => one.name === reader.card);
  const made = element("li", { className: "reader" },
    element("h4", { text: words.of("reader", i + 1) }),
    drawLamps(),
    element("div", { className: "pad" }, card ? drawCard(card) : element(
      "span", { className: "hint" }, mark("waves"),
      element("span", { text: words.of(reader.isAvailable ? "readerEmpty" : "readerAway") }))),
    element("div", { className: "deeds" },
      ...(card ? [button(`take-${i}`, words.of("take"), () => deed("take", { reader: i }))] : []),
      drawTear(reader, i)));
  made.dataset.reader = i;
  made.classList.toggle("away", !reader.isAvailable);
  made.classList.toggle("armed", Boolean(reader.fault));
  return made;
}

function drawLamps() {
  const lights = element("div", { className: "lights", role: "img" });
  for (const light of LIGHTS) {
    const lamp = element("span", { className: "lamp" }, ...(light === "buzzer" ? [mark("buzzer")] : []));
    lamp.dataset.light = light;
    lights.append(lamp);
  }
  return lights;
}

function drawTear(reader, i) {
  const when = element("select", {
    ariaLabel: words.of("tearWhen"), onchange: event => tears.set(i, event.target.value),
  }, ...TEARS.map(tear => element("option", { value: tear, text: words.of(tear) })));
  when.value = reader.fault ?? tears.get(i) ?? TEARS[0];
  when.disabled = Boolean(reader.fault);
  when.dataset.place = `when-${i}`;
  return element("div", { className: "tear" },
    button(`tear-${i}`, words.of(reader.fault ? "tearArmed" : "tear"),
      () => deed("arm", { reader: i, fault: reader.fault ? null : when.value }),
      { ariaPressed: String(Boolean(reader.fault)) }),
    when);
}

const drawDaemon = () => element("li", { className: "daemon" },
  button("pcscd", words.of("killPcscd"), () => deed("pcscd", { on: false })),
  element("span", { text: words.of("killPcscdWhy") }));

// A card that lies on a reader leaves its pocket empty.
function drawPocket(card) {
  const reader = scene.readers.findIndex(one => one.card === card.name);
  const isAway = reader >= 0;
  const made = element("li", { className: "pocket" },
    isAway
      ? element("p", { className: "hint", text: `${nameOf(card)}: ${words.of("onReader", reader + 1)}` })
      : drawCard(card),
    element("p", { className: "held", text: heldOf(card) }),
    element("div", { className: "deeds" },
      ...scene.readers.map((_, i) => button(
        `put-${card.name}-${i}`, words.of("reader", i + 1), () => deed("put", { card: card.name, reader: i }),
        { disabled: reader === i, ariaLabel: `${nameOf(card)}: ${words.of("reader", i + 1)}` })),
      button(`copy-${card.name}`, words.of("copy"), () => deed("copy", { card: card.name }),
        { ariaLabel: `${nameOf(card)}: ${words.of("copy")}` }),
      button(`damage-${card.name}`, words.of(card.isDamaged ? "repair" : "damage"),
        () => deed("damage", { card: card.name, isDamaged: !card.isDamaged }),
        { ariaLabel: `${nameOf(card)}: ${words.of(card.isDamaged ? "repair" : "damage")}` })));
  return made;
}

function heldOf(card) {
  if (!card.ledger) return words.of("ledgerUnknown");
  return card.ledger.balance === card.points
    ? words.of("ledgerSame") : words.of("ledgerOther", words.count("pointsOf", card.ledger.balance));
}

function drawCard(card) {
  const made = element("div", { className: `card owner-${card.owner}` },
    element("span", { className: "name", text: nameOf(card) }),
    element("span", { className: "number", text: `…${card.uidEnd}` }),
    element("span", { className: "chip" }),
    element("strong", { text: card.points === null ? "–" : words.number(card.points) }),
    element("span", { className: "unit", text: `${words.noun("pointsOf", card.points ?? 0)} ${words.of("onChip")}` }));
  if (card.isDamaged) made.append(mark("crack"), element("span", { className: "flaw", text: words.of("damagedIs") }));
  made.classList.toggle("copy", card.copy > 0);
  made.dataset.card = card.name;
  return made;
}
