// The key that a page shows with each of its calls. This tab keeps it, or this browser where that is wished; it
// never stands in an address.

import { at } from "./page.js";

let header = "";
let name = "";

export const key = () => sessionStorage[name] ?? localStorage[name] ?? "";
export const shown = () => ({ [header]: key() });

// Calls opened whenever there is a key to try: at once where one is kept.
export function guard(keyHeader, keptAs, opened) {
  header = keyHeader;
  name = keptAs;
  at("door").addEventListener("submit", event => {
    event.preventDefault();
    (at("keep").checked ? localStorage : sessionStorage)[name] = at("key").value.trim();
    at("key").value = "";
    open();
    opened();
  });
  if (!key()) return close();
  open();
  opened();
}

export function shut(why = "") {
  sessionStorage.removeItem(name);
  localStorage.removeItem(name);
  close();
  at("door-error").textContent = why;
}

function open() {
  at("door").hidden = true;
  at("door-error").textContent = "";
  for (const one of document.querySelectorAll("[data-room]")) one.hidden = false;
}

function close() {
  at("door").hidden = false;
  for (const one of document.querySelectorAll("[data-room]")) one.hidden = true;
  at("key").focus();
}
