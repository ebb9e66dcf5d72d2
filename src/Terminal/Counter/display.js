// What the customer sees: the checkout that changed last, for as long as it concerns the customer who stands here.

import { guard, key, shut } from "./door.js";
import { at, element, furnish } from "./page.js";
import { events, pause, Refusal } from "./till-api.js";
import { Words, words } from "./words.js";

const SCENES = {
  waiting: "present", tapping: "hold", present_again: "again", in_doubt: "again", completed: "done",
  answered: "hello", declined: "sorry", cancelled: "sorry", abandoned: "sorry", timed_out: "sorry",
};
const SHOWN_MS = { done: 12_000, hello: 20_000, sorry: 8_000 };
const reader = new URLSearchParams(location.search).get("reader");

let seen = null;                                       // the terminal's last word; null while it does not answer
let isGone = false;                                    // whether the customer of that checkout has had time to read
let going = 0;
let listening = new AbortController();

async function listen() {
  listening.abort();
  const turn = listening = new AbortController();
  const path = `/v1/display${reader ? `?reader=${encodeURIComponent(reader)}` : ""}`;
  while (key() && !turn.signal.aborted) {
    try {
      for await (const sight of await events(path, turn.signal)) take(sight);
    } catch (failed) {
      if (turn.signal.aborted) return;
      if (failed instanceof Refusal && failed.code === "display-key-wrong") return shut(words.of("keyWrong"));
    }
    take(null);
    await pause(1000);
  }
}

function take(sight) {
  const isNews = JSON.stringify(sight?.checkout) !== JSON.stringify(seen?.checkout);
  seen = sight;
  if (isNews) {
    isGone = false;
    clearTimeout(going);
    const shownMs = SHOWN_MS[SCENES[sight?.checkout?.state]];
    if (shownMs) going = setTimeout(() => { isGone = true; draw(); }, shownMs);
  }
  draw();
}

// A card that still lies there is its owner's, who is still here.
function draw() {
  if (!seen) return scene("away", words, words.of("moment"));
  const { checkout, cardPresent, stopped } = seen;
  const shown = SCENES[checkout?.state];
  if (!checkout || (isGone && !(cardPresent && shown in SHOWN_MS))) {
    return stopped
      ? scene("away", words, stopped)
      : scene("idle", words, words.of("welcome"), { more: words.of("welcomeWhy") });
  }
  const own = checkout.language ? new Words(checkout.language) : words;
  const { alias, message } = checkout;
  scene(shown, own, message, {
    greeting: !alias ? "" : shown === "hello" ? own.of("hello", alias) : alias,
    take: cardPresent && shown in SHOWN_MS ? own.of("takeCard") : "",
    ...pointsOf(checkout, own, shown === "hello" ? "wouldEarn" : "earned"),
  });
}

function pointsOf({ balance, expiring, expiresOn, points }, own, earned) {
  const figures = [
    [points?.earned, own.of(earned), "more"],
    [points?.pending, points?.activeOn && own.of("pending", own.day(points.activeOn)), "more"],
    [-(points?.redeemed ?? 0), own.of("redeemed"), "less"],
    [points?.onAccount, own.of("onAccount"), "more"],
  ].filter(([number]) => number)
    .map(([number, label, kind]) => ({ number, text: own.signed(number), label, kind }));
  if (balance !== null)
    figures.push({ number: balance, text: own.number(balance), label: own.of("balance"), kind: "less" });
  const gains = (points?.gains ?? []).length > 1 ? points.gains : [];
  return {
    figures,
    reasons: [
      ...gains.map(gain => `${gain.rule === "card full" ? own.of("cardFull") : gain.rule} ${own.signed(gain.points)}`),
      ...(expiresOn ? [`${own.count("pointsOf", expiring)} ${own.of("expiring", own.day(expiresOn))}`] : []),
    ],
  };
}

function scene(name, own, say, { greeting = "", more = "", figures = [], reasons = [], take = "" } = {}) {
  const text = JSON.stringify([name, own.language, greeting, say, more, figures, reasons, take]);
  if (at("stage").dataset.text === text) return;       // a live region speaks when it changes, and only then
  at("stage").dataset.text = text;
  at("stage").dataset.scene = name;
  at("words").lang = own.language;
  at("greeting").textContent = greeting;
  at("say").textContent = say;
  at("more").textContent = more;
  at("take").textContent = take;
  at("points").replaceChildren(...figures.map(one => element("p", { className: one.kind },
    element("strong", { text: one.text }),
    element("span", { text: `${own.noun("pointsOf", one.number)} ${one.label}` }))));
  at("reasons").replaceChildren(...reasons.map(text => element("li", { text })));
}

furnish(listen);
draw();
guard("X-Display-Key", "displayKey", listen);
