// What both pages share: words in their places, the language's switch, the whole screen.

import { speak, words } from "./words.js";

export const at = id => document.getElementById(id);

export function element(tag, { text, ...attributes } = {}, ...parts) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...(text === undefined ? [] : [text]), ...parts);
  return made;
}

export const mark = name => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS(svg.namespaceURI, "use");
  use.setAttribute("href", `#mark-${name}`);
  svg.setAttribute("class", "mark");
  svg.ariaHidden = "true";
  svg.append(use);
  return svg;
};

export function drawWords() {
  document.documentElement.lang = words.language;
  document.title = words.of(document.documentElement.dataset.title);
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = words.of(one.dataset.word);
  for (const one of document.querySelectorAll("[data-word-label]"))
    one.ariaLabel = words.of(one.dataset.wordLabel);
  for (const one of document.querySelectorAll("[data-language]"))
    one.ariaPressed = String(one.dataset.language === words.language);
}

// Calls spoken after the language was switched.
export function furnish(spoken) {
  for (const one of document.querySelectorAll("[data-language]")) {
    one.addEventListener("click", () => {
      speak(one.dataset.language);
      drawWords();
      spoken();
    });
  }
  at("whole-screen").addEventListener("click", () =>
    document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  drawWords();
}
