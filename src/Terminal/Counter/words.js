// Words, numbers, money, dates and plurals of one language.

import { dictionary } from "./dictionary.js";

// English days and hours as the receipts have them.
const DAYS = { en: "en-GB", ru: "ru" };

export const SIGNED = { signDisplay: "exceptZero" };

export class Words {
  #plural;

  constructor(language) {
    this.language = language;
    this.#plural = new Intl.PluralRules(language);
  }

  #find(name) {
    return dictionary[name][this.language === "ru" ? 1 : 0];
  }

  of(name, ...values) {
    return values.reduce((told, value, i) => told.replace(`{${i}}`, value), this.#find(name));
  }

  // A noun's forms stand in the order of CLDR's categories: one, other; in Russian one, few, many.
  noun(name, number) {
    const forms = this.#find(name);
    const category = this.#plural.select(Math.abs(number));
    return forms[category === "one" ? 0 : category === "few" ? 1 : forms.length - 1];
  }

  count(name, number, options) {
    return `${this.number(number, options)} ${this.noun(name, number)}`;
  }

  number(value, options) {
    return new Intl.NumberFormat(this.language, options).format(value);
  }

  signed(value) {
    return this.number(value, SIGNED);
  }

  money(minor, currency) {
    return this.number(minor / minorPerUnit(currency), { style: "currency", currency });
  }

  // A day without a time, yyyy-MM-dd.
  day(text) {
    return new Intl.DateTimeFormat(DAYS[this.language], { dateStyle: "long", timeZone: "UTC" })
      .format(new Date(`${text}T00:00:00Z`));
  }

  // The time of a moment; its day too where that is not today.
  moment(text) {
    const moment = new Date(text);
    const isToday = moment.toDateString() === new Date().toDateString();
    return new Intl.DateTimeFormat(
      DAYS[this.language],
      { hour: "2-digit", minute: "2-digit", ...(!isToday && { day: "numeric", month: "short" }) }).format(moment);
  }
}

export const minorPerUnit = currency => 10 ** new Intl.NumberFormat("en", { style: "currency", currency })
  .resolvedOptions().maximumFractionDigits;

const spoken = navigator.languages.map(tag => tag.split("-")[0]).find(tag => tag in DAYS);

export let words = new Words(localStorage.language ?? spoken ?? "en");

export function speak(language) {
  localStorage.language = language;
  words = new Words(language);
}
