// What the cashier sees beside the till's software, and sells with where that starts no checkout.

import { isKnown, isOver, listen, newest, note, reader } from "./book.js";
import { guard, shut } from "./door.js";
import * as now from "./now.js";
import { at, element, furnish } from "./page.js";
import { drawSale, openSale, sold } from "./sale.js";
import { look, watchTerminal } from "./status.js";
import { openTasks } from "./tasks.js";
import { get, post } from "./till-api.js";
import { SIGNED, words } from "./words.js";

const kept = sessionStorage;                           // this tab's alone, gone with it
let ours = null;                                       // the id of the sale whose lines still stand in the basket
let sending = null;                                    // gives up what has no answer yet

// What may be sent again is kept before it is sent, so that a page that is loaded again asks what became of it.
async function run(order, headers) {
  now.fail("");
  now.say("sending", "busy");
  sending = new AbortController();
  at("cancel").hidden = false;
  at("now").focus();
  if (!headers) kept.order = JSON.stringify(order);
  drawSale();
  try {
    const operation = await post(order, {
      headers, signal: sending.signal,
      away: () => { now.say("away", "again"); at("cancel").hidden = false; },
    });
    if (order.path === "/v1/checkouts") ours = operation.id;
    note(operation);
    changed(operation, true);
  } catch (failed) {
    now.say("idle");
    if (!sending.signal.aborted) now.fail(now.explain(failed));
  } finally {
    sending = null;
    kept.removeItem("order");
    drawSale();
  }
}

const order = (path, body, headers) => run({ path, body, name: crypto.randomUUID() }, headers);

// An operation that somebody else began is shown where nothing else is under way.
function changed(operation, isMine = false) {
  const shown = now.shownNow();
  if (shown && !isKnown(shown)) now.say("idle");
  const next = operation ?? newest().find(one => shown ? one.id === shown.id : !isOver(one));
  if (next && isKnown(next) && (isMine || next.id === shown?.id || mayShow(next))) now.show(next);
  if (operation?.id === ours && isOver(operation)) {
    ours = null;
    if (operation.state === "completed") sold();
  }
  drawOperations();
  drawSale();
}

const mayShow = next => !(now.isBusy() || sending || isOver(next));

function drawOperations() {
  const operations = newest();
  at("operations-none").hidden = operations.length > 0;
  at("operations").replaceChildren(...operations.map(one => element("li", {}, element("button",
    { type: "button", className: "operation", onclick: () => now.isBusy() || now.show(one) },
    element("time", { text: words.moment(one.createdAt), dateTime: one.createdAt }),
    element("span", { className: "kind", text: words.of(`kind.${one.kind}`) }),
    element("span", { className: "sum", text: sumOf(one) }),
    element("span", { className: `state ${one.state}`, text: words.of(`state.${one.state}`) })))));
}

// What it cost, and what it did to the points.
function sumOf({ amountMinor, result }) {
  const points = result && result.earned - result.redeemed + result.onAccount;
  return [
    amountMinor !== null && words.money(amountMinor, now.currency.code),
    result && words.count("pointsOf", points, SIGNED),
  ].filter(Boolean).join(" · ");
}

function cancel() {
  if (sending) return sending.abort();
  now.cancel();
}

// The X report names the programme's currency.
async function start() {
  try {
    now.currency.code = (await get("/v1/days/current/receipt")).currency ?? now.currency.code;
  } catch (failed) {
    if (failed.code === "api-key-wrong") return shut(words.of("keyWrong"));
  }
  look();
  drawSale();
  listen(changed, look);
  if (kept.order) run(JSON.parse(kept.order));
}

furnish(() => {
  if (!now.shownNow()) now.say("idle");
  drawSale();
  look();
  listen(changed, look);
});
now.say("idle");
openSale(order);
openTasks(order);
at("cancel").addEventListener("click", cancel);
at("forget").addEventListener("click", () => shut());
if (reader) at("open-display").href += `?reader=${encodeURIComponent(reader)}`;
guard("X-Api-Key", "tillKey", start);
watchTerminal();
