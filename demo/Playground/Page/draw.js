// A part of the page is drawn again when what it shows has changed, and whoever works with the keyboard stays where
// they were.

import { element } from "./page.js";
import { words } from "./words.js";

const drawn = new Map();

// Calls draw for the node's new children.
export function redraw(node, shown, draw) {
  const now = words.language + JSON.stringify(shown);
  if (drawn.get(node) === now) return;
  drawn.set(node, now);
  const place = node.contains(document.activeElement) ? document.activeElement.dataset.place : null;
  node.replaceChildren(...draw());
  if (place) focus(node, place);
}

// What cannot be pressed any more leaves its turn to a neighbour.
function focus(node, place) {
  const same = node.querySelector(`[data-place="${place}"]`);
  const near = [same, ...(same?.closest("li") ?? node).querySelectorAll("[data-place]")];
  near.find(one => one && !one.disabled)?.focus();
}

// A live region speaks when it changes, and only then.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// A button that is found again after its part was drawn anew.
export function button(place, text, onclick, attributes = {}) {
  const made = element("button", { type: "button", className: "small", text, onclick, ...attributes });
  made.dataset.place = place;
  return made;
}

export const nameOf = card => {
  const name = words.of(`owner.${card.owner}`);
  return card.copy ? words.of("copyOf", name, card.copy) : name;
};

export const money = minor => words.money(minor, "USD");
