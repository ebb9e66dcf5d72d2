// The page: what the demo tells is drawn, and what a visitor does is asked of it.

import { act, events, Refusal, tillKey } from "./acts.js";
import { drawBytes, drawJournal } from "./bytes.js";
import { drawCounter, drawLights, openCounter } from "./counter.js";
import { dictionary } from "./dictionary.js";
import { say } from "./draw.js";
import { drawHeadquarters, openSwitches } from "./headquarters.js";
import { at, furnish } from "./page.js";
import { drawSteps } from "./steps.js";
import { words } from "./words.js";

const PARTS = ["server", "readers", "terminals"];
const STAGES = ["stage", "room", "shut"];
const pause = ms => new Promise(done => setTimeout(done, ms));

let picture = null;
let held = false;                                      // nothing moves under a card that is being dragged
let listening = new AbortController();

function show(stage) {
  for (const one of STAGES) at(one).hidden = one !== stage;
  at("links").hidden = stage !== "room";
}

function draw() {
  if (!picture || held) return;
  const scene = picture.scene;
  show(scene ? "room" : "stage");
  if (!scene) return say(at("stage-now"), stageOf(picture.stage));
  drawLinks(scene.links);
  drawCounter(scene);
  drawHeadquarters(scene);
  drawJournal(scene);
  drawBytes(scene);
  drawSteps(scene);
}

// The start tells its stages in English.
function stageOf(told) {
  const [, count, of] = told.match(/^card (\d+) of (\d+) issued$/) ?? [];
  const part = PARTS.find(one => told.includes(one)) ?? "first";
  return count ? words.of("stageCard", count, of) : words.of(`stage.${part}`);
}

function drawLinks({ counter, console, firstLogin }) {
  at("open-counter").href = counter;
  at("open-console").href = console;
  at("open-first-login").hidden = !firstLogin;
  if (firstLogin) at("open-first-login").href = firstLogin;
}

async function listen() {
  listening.abort();
  const turn = listening = new AbortController();
  while (!turn.signal.aborted) {
    try {
      for await (const { name, data } of events(turn.signal)) {
        if (name === "lights") drawLights(data);
        else {
          picture = data;
          draw();
        }
      }
    } catch (failed) {
      if (turn.signal.aborted) return;
      show("shut");
      const isTokenWrong = failed instanceof Refusal && failed.status === 401;
      say(at("shut-why"), words.of(isTokenWrong ? "tokenWrong" : "gone"));
      if (isTokenWrong) return;
    }
    await pause(1000);
  }
}

// Whatever a visitor does; what cannot be done is said.
async function deed(name, body) {
  try {
    await act(name, body);
    say(at("alarm"), "");
  } catch (failed) {
    say(at("alarm"), why(failed.message));
  }
}

const why = code => words.of(`refused.${code}` in dictionary ? `refused.${code}` : "refused.other");

async function copyKey() {
  await navigator.clipboard.writeText(await tillKey());
  at("copy-key").textContent = words.of("copied");
}

furnish(listen);
openCounter(deed, isHeld => { held = isHeld; draw(); });
openSwitches(deed);
at("copy-key").addEventListener("click", copyKey);
listen();
