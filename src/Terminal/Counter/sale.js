// The cashier's own basket, where the till's software starts no checkout.

import { reader } from "./book.js";
import { currency, isBusy } from "./now.js";
import { at, element } from "./page.js";
import { minorPerUnit, words } from "./words.js";

let lines = [];                                        // { sku, category, amountMinor }

const typed = () => {
  const text = at("amount").value.trim();
  if (!text || !at("amount").checkValidity()) return null;
  return {
    sku: at("article").value.trim(), category: at("group").value.trim(),
    amountMinor: Math.round(Number(text.replace(",", ".")) * minorPerUnit(currency.code)),
  };
};

const all = () => [...lines, typed()].filter(Boolean);

export const chosenReader = () => {
  const name = reader ?? at("reader").value;
  return name ? { reader: name } : {};
};

export function drawSale() {
  const basket = all();
  at("lines").replaceChildren(...lines.map((line, i) => row(line, i)));
  at("total").textContent = basket.length === 0
    ? "" : words.money(basket.reduce((sum, line) => sum + line.amountMinor, 0), currency.code);
  at("sell").disabled = basket.length === 0 || isBusy();
  at("quote").disabled = isBusy();
  const form = new FormData(at("sale"));
  const withoutCard = form.get("who") === "member";
  at("contact-field").hidden = !withoutCard;
  at("contact").required = withoutCard;
  at("quote").hidden = at("redeeming").hidden = withoutCard;
  at("points-field").hidden = withoutCard || form.get("redeem") !== "some";
}

function row(line, i) {
  const name = [line.sku, line.category].filter(Boolean).join(", ") || words.of("line", i + 1);
  const remove = element("button", {
    type: "button", className: "quiet", text: "×",
    onclick: () => { lines = lines.filter(one => one !== line); drawSale(); },
  });
  remove.ariaLabel = words.of("remove", name);
  return element("li", {},
    element("span", { text: name }), element("span", { text: words.money(line.amountMinor, currency.code) }),
    remove);
}

function addLine() {
  const line = typed();
  if (!line) return at("amount").focus();
  lines.push(line);
  clear();
}

function clear() {
  for (const id of ["amount", "article", "group"]) at(id).value = "";
  drawSale();
  if (matchMedia("(pointer: fine)").matches) at("amount").focus();
}

// The next customer's wishes are his own: nothing but the reader is kept.
export function sold() {
  const { value } = at("reader");
  at("sale").reset();
  at("reader").value = value;
  lines = [];
  clear();
}

// Calls order with a path and a body.
export function openSale(order) {
  at("add-line").addEventListener("click", addLine);
  at("sale").addEventListener("input", drawSale);
  at("sale").addEventListener("submit", event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const withoutCard = form.get("who") === "member";
    const basket = { currency: currency.code, lines: all(), ...redeeming(withoutCard ? "none" : form.get("redeem")) };
    if (event.submitter?.value === "quote")
      return order("/v1/enquiries", { member: true, ...(all().length > 0 && { basket }), ...chosenReader() });
    order("/v1/checkouts",
      { ...basket, ...(withoutCard ? { member: at("contact").value } : chosenReader()) });
  });
  drawSale();
}

const redeeming = wish => wish === "all" ? { redeemAll: true }
  : wish === "some" ? { redeemPoints: Number(at("points").value) } : {};
