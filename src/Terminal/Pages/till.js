// A till in one file, to be read by whoever writes a real one. The rules of the Till API that it shows: a call that
// changes something has a name of its own (Idempotency-Key), is kept before it is sent, and is sent again under the
// same name until it is answered, even after a reload; what waits for a card is followed through the events; programs
// look at codes, people at messages.

const WORDS = {                                        // [English, Russian]
  title: ["Sample till", "Учебная касса"],
  doorTitle: ["The till's key", "Ключ кассы"],
  doorWhy: [
    "It is in the file till-api.key of the terminal's data folder. This tab keeps it until it is closed.",
    "Он лежит в файле till-api.key в папке данных терминала. Эта вкладка хранит его, пока она открыта."],
  key: ["Key", "Ключ"],
  enter: ["Start", "Начать"],
  forget: ["Forget the key", "Забыть ключ"],
  keyWrong: ["This is not the terminal's key.", "Это не ключ терминала."],
  ready: ["Terminal {0} is ready.", "Терминал {0} готов."],
  alone: ["Terminal {0} is ready, without headquarters for now.", "Терминал {0} готов, пока без связи с центром."],
  away: ["The terminal does not answer. Trying again…", "Терминал не отвечает. Пробуем снова…"],
  basket: ["Basket", "Корзина"],
  basketEmpty: ["Nothing in it yet.", "Пока пусто."],
  products: ["Sample articles", "Образцы товаров"],
  article: ["Another article", "Другой товар"],
  price: ["Price", "Цена"],
  add: ["Add", "Добавить"],
  remove: ["Remove", "Убрать"],
  total: ["Total", "Итого"],
  customer: ["Customer", "Покупатель"],
  withCard: ["presents the card", "с картой"],
  withoutCard: ["has no card here", "без карты"],
  member: ["Member's phone or e-mail", "Телефон или эл. почта участника"],
  redeem: ["Redeem points", "Списать баллы"],
  redeemNone: ["none", "нет"],
  redeemAll: ["all that fit", "сколько можно"],
  redeemSome: ["some", "часть"],
  points: ["Points", "Баллы"],
  quote: ["Ask the card", "Спросить карту"],
  sell: ["Sell", "Продать"],
  now: ["Now", "Сейчас"],
  idle: ["No operation is under way.", "Операций сейчас нет."],
  display: ["Customer's display", "Дисплей покупателя"],
  cancel: ["Cancel", "Отменить"],
  receipt: ["Receipt", "Чек"],
  sales: ["Last sales of this tab", "Последние продажи этой вкладки"],
  salesEmpty: ["None yet.", "Пока нет."],
  returnLine: ["Take back", "Вернуть"],
  quantityOf: ["Quantity of {0}", "Количество: {0}"],
  reverse: ["Undo the rest", "Отменить остальное"],
  day: ["Day", "День"],
  xReport: ["X report", "X-отчёт"],
  closeDay: ["Close the day", "Закрыть день"],
  closeDayWhy: [
    "The Z report is written and signed for good; the next sale belongs to the next day.",
    "Z-отчёт записывается и подписывается окончательно; следующая продажа относится к следующему дню."],
  back: ["Back", "Назад"],
};
const PRODUCTS = [
  { name: ["Bread", "Хлеб"], sku: "bread", category: "food", minor: 249 },
  { name: ["Coffee", "Кофе"], sku: "coffee", category: "food", minor: 899 },
  { name: ["Shirt", "Рубашка"], sku: "shirt", category: "clothes", minor: 2999 },
  { name: ["Book", "Книга"], sku: "book", category: "books", minor: 1500 },
];
const OVER = ["completed", "answered", "declined", "cancelled", "abandoned", "timed_out"];

const at = id => document.getElementById(id);
const kept = sessionStorage;                           // this tab's alone, gone with it; never in an address
const pause = ms => new Promise(done => setTimeout(done, ms));
let language = kept.language ?? (navigator.language.startsWith("ru") ? "ru" : "en");
let currency = "USD";
let lines = [];                                        // { name, sku, category, minor, quantity }
let sales = JSON.parse(kept.sales ?? "[]");            // { id, lines, withoutCard }
let current = null;                                    // the checkout under way, or the last one

// --- The Till API ---

class Refusal extends Error {
  constructor(problem) {
    super(problem.message?.cashier ?? problem.detail ?? problem.title);
    this.code = problem.code;
  }
}

async function ask(path, { method = "GET", body, name } = {}) {
  const headers = { "X-Api-Key": kept.tillKey, "Accept-Language": language };
  if (name) headers["Idempotency-Key"] = name;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Refusal(await answer.json());
  return answer;
}

const get = async path => (await ask(path)).json();

// Whether a call without an answer arrived is unknown: the same again under the same name does nothing twice.
async function post({ path, body, name }) {
  for (;;) {
    try {
      return await (await ask(path, { method: "POST", body, name })).json();
    } catch (failed) {
      if (failed instanceof Refusal) throw failed;
      say(word("away"));
      await pause(1000);
    }
  }
}

// Server-sent events over fetch, for EventSource sends no key.
async function* events(path) {
  const reader = (await ask(path)).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const data = part.match(/^data: (.*)$/m);
      if (data) yield JSON.parse(data[1]);
    }
  }
}

// --- One operation, from its post to its receipt ---

// An order is { path, body, name, sold }; sold is what the list of sales remembers.
async function run(order) {
  kept.order = JSON.stringify(order);
  busy(true);
  fail("");
  print("");
  try {
    show(await post(order));
    if (!isOver()) at("cancel").focus();
    while (!isOver()) await follow();
    if (order.sold && current.state === "completed") remember({ id: current.id, ...order.sold });
    print((await get(`/v1/checkouts/${current.id}/receipt`)).text);
  } catch (failed) {
    fail(explain(failed));
  } finally {
    kept.removeItem("order");
    busy(false);
  }
}

const order = (path, body, sold) => run({ path, body, name: crypto.randomUUID(), sold });

function remember(sale) {
  sales = [sale, ...sales].slice(0, 10);
  kept.sales = JSON.stringify(sales);
  lines = [];
  draw();
}

async function follow() {
  try {
    for await (const change of events(`/v1/events?checkout=${current.id}`)) {
      show(change);
      if (isOver()) return;
    }
  } catch (failed) {
    if (failed instanceof Refusal) throw failed;
    say(word("away"));
    await pause(1000);
  }
}

const isOver = () => OVER.includes(current?.state);

function show(checkout) {
  current = checkout;
  say(checkout.message.cashier);
  at("customer").textContent = checkout.message.customer;
  at("cancel").hidden = isOver();
}

async function cancel() {
  try {
    show(await (await ask(`/v1/checkouts/${current.id}`, { method: "DELETE" })).json());
  } catch (failed) {
    fail(explain(failed));                             // it may have ended first: the events say how
  }
}

// --- What the cashier does ---

async function sellOrQuote(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const withoutCard = form.get("who") === "member";
  const wish = withoutCard ? "none" : form.get("redeem");
  const basket = { currency, lines: lines.map(toLine), ...redeeming(wish) };
  if (event.submitter?.value === "quote")
    return order("/v1/enquiries", { member: true, ...(lines.length > 0 && { basket }) });
  const member = withoutCard ? { member: at("member").value } : {};
  return order("/v1/checkouts", { ...basket, ...member }, { lines, withoutCard });
}

const toLine = ({ sku, category, minor, quantity }) =>
  ({ sku, category, quantity, amountMinor: minor * quantity });

const redeeming = wish => wish === "all" ? { redeemAll: true }
  : wish === "some" ? { redeemPoints: Number(at("points").value) } : {};

const takeBack = (sale, line, quantity) => order("/v1/returns",
  { sale: sale.id, withoutCard: sale.withoutCard, lines: [{ line, quantity }] });

const reverse = sale => order("/v1/reversals", { sale: sale.id, withoutCard: sale.withoutCard });

// The button itself is asked: the dialog tells later, when it may be open again, and keeps its last answer.
const closeDay = (confirmed) => confirmed.submitter?.value === "yes" && guarded(async () => {
  const day = await post({ path: "/v1/days", body: {}, name: crypto.randomUUID() });
  print((await get(`/v1/days/${day.number}/receipt`)).text);
});

const xReport = () => guarded(async () => print((await get("/v1/days/current/receipt")).text));

async function guarded(work) {
  fail("");
  try {
    await work();
  } catch (failed) {
    fail(explain(failed));
  }
}

// --- The page ---

function word(name, ...values) {
  const text = WORDS[name][language === "ru" ? 1 : 0];
  return values.reduce((told, value, i) => told.replace(`{${i}}`, value), text);
}

const format = () => new Intl.NumberFormat(language, { style: "currency", currency });
const minorPerUnit = () => 10 ** format().resolvedOptions().maximumFractionDigits;
const money = minor => format().format(minor / minorPerUnit());

const nameOf = ({ name }) => typeof name === "string" ? name : name[language === "ru" ? 1 : 0];

const say = text => { at("cashier").textContent = text; };
const fail = text => { at("error").textContent = text; };
const print = text => { at("receipt").textContent = text; };
const explain = failed => failed instanceof Refusal ? failed.message : word("away");

function element(tag, text, attributes = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...attributes });
}

function button(text, onclick, label = text) {
  const made = element("button", text, { type: "button", onclick });
  made.ariaLabel = label;
  return made;
}

function busy(is) {
  for (const one of document.querySelectorAll("#sale button, #sales button, #close-day")) one.disabled = is;
  at("sell").disabled ||= lines.length === 0;
  at("cancel").hidden = !is || isOver();
}

function draw() {
  document.documentElement.lang = language;
  document.title = word("title");
  for (const one of document.querySelectorAll("[data-word]")) {
    if (one.id !== "cashier" || !current) one.textContent = word(one.dataset.word);
  }
  for (const one of document.querySelectorAll("[data-word-label]"))
    one.ariaLabel = word(one.dataset.wordLabel);
  for (const one of document.querySelectorAll("[data-language]"))
    one.ariaPressed = String(one.dataset.language === language);
  at("door").hidden = Boolean(kept.tillKey);
  at("shop").hidden = at("forget").hidden = !kept.tillKey;
  at("products").replaceChildren(...PRODUCTS.map(product =>
    button(`${nameOf(product)} ${money(product.minor)}`, () => put(product))));
  drawBasket();
  drawSales();
}

const row = (...parts) => {
  const made = element("li", "");
  made.append(...parts);
  return made;
};
const what = line => element("span", `${line.quantity} × ${nameOf(line)}`, { className: "what" });

function drawBasket() {
  at("basket-empty").hidden = lines.length > 0;
  at("lines").replaceChildren(...lines.map(line => row(
    what(line), element("span", money(line.minor * line.quantity)),
    button(word("remove"), () => { lines = lines.filter(one => one !== line); drawBasket(); },
      `${word("remove")}: ${nameOf(line)}`))));
  at("total").textContent = money(lines.reduce((sum, line) => sum + line.minor * line.quantity, 0));
  at("sell").disabled = lines.length === 0 || Boolean(current && !isOver());
}

function drawSales() {
  at("sales-empty").hidden = sales.length > 0;
  at("sales").replaceChildren(...sales.flatMap(sale => [
    ...sale.lines.map((line, i) => drawSold(sale, line, i)),
    row(element("code", sale.id, { className: "what" }), button(word("reverse"), () => reverse(sale))),
  ]));
}

function drawSold(sale, line, i) {
  const count = element("input", "", { type: "number", className: "count", min: 1, max: line.quantity, value: 1 });
  count.ariaLabel = word("quantityOf", nameOf(line));
  const back = () => count.reportValidity() && takeBack(sale, i, Number(count.value));
  return row(what(line), count, button(word("returnLine"), back, `${word("returnLine")}: ${nameOf(line)}`));
}

function put(article) {
  const same = lines.find(line => line.sku === article.sku);
  same ? same.quantity += 1 : lines.push({ ...article, quantity: 1 });
  drawBasket();
}

function putOwn(event) {
  event.preventDefault();
  const name = at("own-name").value.trim();
  const price = Number(at("own-price").value.replace(",", "."));
  put({ name, sku: name, category: "", minor: Math.round(price * minorPerUnit()) });
  event.target.reset();
  at("own-name").focus();
}

// Looks every three seconds whether the terminal sells, and says why not.
async function watchHealth() {
  for (; ; await pause(3000)) {
    if (!kept.tillKey) continue;
    try {
      const health = await get("/v1/health");
      alarm(health.message?.cashier ?? word(health.connected ? "ready" : "alone", health.terminal), !health.ready);
    } catch (failed) {
      alarm(explain(failed), true);
      if (failed.code === "api-key-wrong") forget(word("keyWrong"));
    }
  }
}

function alarm(text, is) {
  at("health").textContent = text;
  at("health").classList.toggle("alarm", is);
}

async function enter(event) {
  event.preventDefault();
  kept.tillKey = at("key").value.trim();
  at("key").value = "";
  await start();
}

// The X report names the programme's currency.
async function start() {
  try {
    currency = (await get("/v1/days/current/receipt")).currency ?? currency;
    at("door-error").textContent = "";
  } catch (failed) {
    if (failed.code === "api-key-wrong") return forget(word("keyWrong"));
  }
  draw();
  if (kept.order) await run(JSON.parse(kept.order));
}

function forget(why = "") {
  kept.removeItem("tillKey");
  alarm("", false);
  at("door-error").textContent = why;
  draw();
  at("key").focus();
}

function choose() {
  const form = new FormData(at("sale"));
  const withoutCard = form.get("who") === "member";
  at("member-field").hidden = !withoutCard;
  at("member").required = withoutCard;
  at("quote").hidden = at("redeeming").hidden = withoutCard;
  at("points-field").hidden = form.get("redeem") !== "some";
}

at("door").addEventListener("submit", enter);
at("forget").addEventListener("click", () => forget());
at("own").addEventListener("submit", putOwn);
at("sale").addEventListener("submit", sellOrQuote);
at("sale").addEventListener("change", choose);
at("cancel").addEventListener("click", cancel);
at("x-report").addEventListener("click", xReport);
at("close-day").addEventListener("click", () => at("confirm").showModal());
at("confirm").addEventListener("submit", closeDay);
for (const one of document.querySelectorAll("[data-language]")) {
  one.addEventListener("click", () => {
    kept.language = language = one.dataset.language;
    draw();
    if (current) guarded(async () => show(await get(`/v1/checkouts/${current.id}`)));
  });
}
draw();
if (kept.tillKey) start();
watchHealth();
