// The operation that is under way, or the one that was looked at last.

import { guestOf, isOver } from "./book.js";
import { at, element, mark } from "./page.js";
import { ask, get, Refusal } from "./till-api.js";
import { words } from "./words.js";

const TONES = {
  waiting: "wait", tapping: "busy", present_again: "again", in_doubt: "again", completed: "done",
  answered: "done", declined: "no", cancelled: "off", abandoned: "off", timed_out: "off",
};
const FIGURES = ["earned", "redeemed", "given-back", "taken-back", "on-account", "balance", "due"];
const TOLD_ELSEWHERE = [...FIGURES, "title", "card", "operation", "note"];

let current = null;
let lastSlip = "";

export const currency = { code: "USD" };
export const shownNow = () => current;
export const isBusy = () => current !== null && !isOver(current);

export function explain(failed) {
  if (!(failed instanceof Refusal)) return words.of("away");
  return failed.code === "supervisor-key-wrong" ? words.of("supervisorWrong") : failed.message;
}

export const fail = text => { at("error").textContent = text; };

// A message of the page's own: ready, sending, away.
export function say(name, tone = "idle") {
  current = null;
  draw(tone, words.of(name), "");
  at("member").replaceChildren();
  at("offers").hidden = true;
  forget();
}

export async function show(operation) {
  const isNews = current?.id !== operation.id || current.state !== operation.state;
  current = operation;
  const { kind, amountMinor, createdAt } = operation;
  draw(
    operation.card?.declineReason ? "no" : TONES[operation.state], operation.message.cashier,
    [words.of(`kind.${kind}`), amountMinor !== null && words.money(amountMinor, currency.code),
      words.moment(createdAt)].filter(Boolean).join(" · "));
  drawMember(operation);
  if (isNews) forget();
  at("cancel").hidden = isOver(operation);
  at("take-back-this").hidden = !(operation.state === "completed" && kind.startsWith("sale"));
  at("print").hidden = !isOver(operation);
  if (isOver(operation)) await drawReceipt(operation);
}

function draw(tone, message, head) {
  at("now").dataset.tone = tone;
  at("mark").replaceChildren(mark(tone));
  at("cashier").textContent = message;
  at("head").textContent = head;
}

function forget() {
  for (const id of ["figures", "why-lines"]) at(id).replaceChildren();
  at("why").hidden = true;
  for (const id of ["cancel", "print", "take-back-this"]) at(id).hidden = true;
}

function drawMember(operation) {
  const guest = guestOf(operation);
  const number = guest?.number ?? operation.result?.cardNumber;
  at("member").replaceChildren(...[
    guest?.alias && element("strong", { text: guest.alias }),
    guest && element("span", { text: words.of("tier", guest.tier) }),
    number && element("span", { text: words.of("card", number) }),
  ].filter(Boolean));
  const offers = operation.card?.offers ?? [];
  at("offers").hidden = offers.length === 0;
  at("offer-lines").replaceChildren(...offers.map(offer => element("li", {
    text: [words.of("offer", offer.id), offer.until && words.of("offerUntil", words.day(offer.until)),
      words.count("uses", offer.usesLeft), words.of("offerKind", offer.kind)].filter(Boolean).join(" · "),
  })));
}

// The receipt explains the points: its lines are shown, and its text is what is printed.
async function drawReceipt(operation) {
  try {
    const receipt = await get(`/v1/checkouts/${operation.id}/receipt`);
    if (current?.id !== operation.id) return;
    slip(receipt.text);
    at("figures").replaceChildren(...receipt.lines.filter(line => FIGURES.includes(line.kind)).map(figure));
    const lines = receipt.lines.filter(line => !TOLD_ELSEWHERE.includes(line.kind)).concat(onlyGain(operation));
    at("why-lines").replaceChildren(...lines.map(line => element("li", {},
      element("span", { text: line.label }), element("span", { text: line.value ?? "" }))));
    at("why").hidden = lines.length === 0;
  } catch (failed) {
    fail(explain(failed));
  }
}

// A receipt names the rules only where there are several.
function onlyGain(operation) {
  const gains = (operation.result ?? operation.card?.quote)?.gains ?? [];
  return gains.length === 1 ? [{ label: gains[0].rule, value: words.signed(gains[0].points) }] : [];
}

const figure = line => element("div", { className: line.kind },
  element("dt", { text: line.label }),
  element("dd", {
    text: line.points === null
      ? words.money(Math.abs(line.amountMinor), currency.code) : words.number(line.points),
  }));

export function slip(text) {
  lastSlip = text;
  at("slip").textContent = text;
}

export const hasSlip = () => lastSlip !== "";

export async function cancel() {
  try {
    show(await (await ask(`/v1/checkouts/${current.id}`, { method: "DELETE" })).json());
  } catch (failed) {
    fail(explain(failed));                             // it may have ended first: the events say how
  }
}
