// What is done now and then: goods come back, a supervisor adjusts, the day is closed.

import { fail, explain, shownNow, slip } from "./now.js";
import { at } from "./page.js";
import { chosenReader } from "./sale.js";
import { get, post } from "./till-api.js";

// Calls order with a path, a body, and what goes with it once.
export function openTasks(order) {
  at("take-back").addEventListener("click", () => openReturn(""));
  at("take-back-this").addEventListener("click", () => openReturn(shownNow().id));
  at("return").addEventListener("input", drawReturn);
  at("adjust").addEventListener("click", () => openEmpty("adjustment"));
  at("day").addEventListener("click", openDay);
  at("close-day").addEventListener("click", () => at("confirm").showModal());
  at("print").addEventListener("click", () => print());
  at("print-report").addEventListener("click", () => print());
  whenAnswered("return", () => takeBack(order));
  whenAnswered("adjustment", () => adjust(order));
  whenAnswered("confirm", closeDay);
}

// The button itself is asked: the dialog tells later, when it may be open again, and keeps its last answer.
const whenAnswered = (dialog, work) => at(dialog).addEventListener("submit", event => {
  if (event.submitter?.value === "yes") work();
});

// What was said of the last customer's goods or points is not said of the next one's.
function openEmpty(dialog) {
  at(dialog).querySelector("form").reset();
  at(dialog).showModal();
}

function openReturn(sale) {
  openEmpty("return");
  at("return-sale").value = sale;
  drawReturn();
}

function drawReturn() {
  const isPart = at("return-part").checked;
  at("part-fields").hidden = !isPart;
  for (const id of ["return-line", "return-quantity"]) at(id).disabled = !isPart;
}

function takeBack(order) {
  const undo = {
    sale: at("return-sale").value.trim(),
    ...(at("return-without-card").checked ? { withoutCard: true } : chosenReader()),
  };
  if (!at("return-part").checked) return order("/v1/reversals", undo);
  const line = Number(at("return-line").value) - 1;
  order("/v1/returns", { ...undo, lines: [{ line, quantity: Number(at("return-quantity").value) }] });
}

function adjust(order) {
  const key = at("adjust-key").value.trim();
  at("adjust-key").value = "";                         // nowhere but in this one call
  order("/v1/adjustments", {
    points: Number(at("adjust-points").value), reason: at("adjust-reason").value.trim(),
    supervisor: at("adjust-supervisor").value.trim(), ...chosenReader(),
  }, { "X-Supervisor-Key": key });
}

const openDay = () => guarded(async () => {
  report((await get("/v1/days/current/receipt")).text);
  at("day-report").showModal();
});

const closeDay = () => guarded(async () => {
  const day = await post({ path: "/v1/days", body: {}, name: crypto.randomUUID() });
  report((await get(`/v1/days/${day.number}/receipt`)).text);
});

function report(text) {
  at("report").textContent = text;
  slip(text);
}

async function guarded(work) {
  fail("");
  try {
    await work();
  } catch (failed) {
    fail(explain(failed));
  }
}
