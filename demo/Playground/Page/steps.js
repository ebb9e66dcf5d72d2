// What a newcomer tries, ticked off by itself as it happens. What has happened once stays ticked in this tab.

import { button, redraw } from "./draw.js";
import { at, element, mark } from "./page.js";
import { words } from "./words.js";

const idOf = checkout => checkout.id.replaceAll("-", "").toUpperCase();
const sold = ({ till }) => till?.checkouts.filter(one => one.state === "completed") ?? [];
const isCut = ({ switches }) => !switches.network;
const copies = ({ wallet }) => wallet.filter(one => one.copy > 0);

const STEPS = [
  [
    ["1.a", ({ till }) => till?.checkouts.length > 0],
    ["1.b", ({ till }) => till?.checkouts.some(one => one.attempts > 0)],
    ["1.c", scene => sold(scene).some(sale =>
      scene.headquarters?.transactions.some(one => one.operationId === idOf(sale)))],
  ],
  [
    ["2.a", ({ readers, till }) => readers.some(one => one.fault) || till?.checkouts.some(one => one.doubts > 0)],
    ["2.b", ({ till }) => till?.checkouts.some(one => one.doubts > 0)],
    ["2.c", scene => sold(scene).some(one => one.doubts > 0)],
  ],
  [
    ["3.a", isCut],
    ["3.b", scene => isCut(scene) && scene.till?.health.entriesUnsent > 0
      && scene.till.checkouts[0]?.state === "completed"],
    ["3.c", scene => has("3.b") && !isCut(scene) && scene.till?.health.connected
      && scene.till.health.entriesUnsent === 0],
  ],
  [
    ["4.a", scene => copies(scene).length > 0],
    ["4.b", scene => copies(scene).some(copy =>
      scene.wallet.some(one => one.uidEnd === copy.uidEnd && one.counter > copy.counter))],
    ["4.c", ({ headquarters }) => headquarters?.exceptions.some(one => one.cause === "copy-or-rollback")],
  ],
];

const kept = sessionStorage;
const has = name => Boolean(kept[`step-${name}`]);

let chosen = null;                                     // a step that somebody wants to read, whichever is next

export function drawSteps(scene) {
  for (const [name, happened] of STEPS.flat()) if (!has(name) && happened(scene)) kept[`step-${name}`] = "done";
  draw();
}

function draw() {
  const done = STEPS.flat().map(([name]) => has(name));
  const current = STEPS.findIndex(parts => parts.some(([name]) => !has(name)));
  const shown = chosen ?? current;
  redraw(at("step-list"), [done, shown], () => STEPS.map((parts, i) => drawStep(parts, i, current, shown)));
  redraw(at("step-parts"), [done, shown], () => (STEPS[shown] ?? []).map(([name]) => drawPart(name, shown)));
  at("all-done").hidden = shown >= 0;
}

function drawStep(parts, i, current, shown) {
  const isDone = parts.every(([name]) => has(name));
  const made = button(`step-${i}`, "", () => choose(i === current ? null : i), { ariaPressed: String(i === shown) });
  made.append(
    element("span", { className: "tick" }, ...(isDone ? [mark("done")] : [String(i + 1)])),
    element("span", { text: words.of(`step.${i + 1}`) }),
    ...(isDone ? [element("span", { className: "unseen", text: words.of("stepDone") })] : []));
  return element("li", { className: isDone ? "done" : i === current ? "current" : "" }, made);
}

function choose(step) {
  chosen = step;
  draw();
}

function drawPart(name, shown) {
  const next = STEPS[shown].find(([part]) => !has(part))?.[0];
  return element("li", { className: has(name) ? "done" : name === next ? "next" : "" },
    mark(has(name) ? "done" : "next"),
    element("span", { text: words.of(`step.${name}`) }),
    ...(has(name) ? [element("span", { className: "unseen", text: words.of("stepDone") })] : []));
}
