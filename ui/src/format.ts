// Numbers, dates and times as people read them, in the language that is shown.
// Decimals are fixed for each quantity so that columns stand still.

import { computed } from "@preact/signals";
import { chooseLocale, language } from "./i18n/i18n";

/** Shown where there is no value. */
export const none = "–";

const decimals = { W: 1, A: 3, V: 1, Hz: 2, "°": 1, kWh: 3, PF: 2 } as const;

/** The unit of a quantity; "PF" has no sign of its own. */
export type Unit = keyof typeof decimals;

// The sentences are those of a language; numbers and dates also follow the region
// that the browser asks for.
const locale = computed(() => chooseLocale(language.value, typeof navigator === "undefined" ? [] : navigator.languages));

const numbers = computed(() => {
  const of = (digits: number) =>
    new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return Object.fromEntries(Object.entries(decimals).map(([unit, digits]) => [unit, of(digits)])) as Record<Unit, Intl.NumberFormat>;
});

/** The number of a quantity without its unit; "–" when there is none. */
export function number(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return none;
  const digits = decimals[unit];
  // A measurement that rounds to zero from below would read "-0.0".
  const rounded = Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value;
  return numbers.value[unit].format(rounded).replace("-", "\u2212");
}

/** A quantity with its unit, in one line. */
export function quantity(value: number | null | undefined, unit: Unit): string {
  const text = number(value, unit);
  return text === none || unit === "PF" ? text : unit === "°" ? text + "°" : `${text}\u202f${unit}`;
}

/** A number that is worth about three digits. */
export function rounded(value: number): string {
  const size = Math.abs(value);
  const maximumFractionDigits = size < 10 ? 2 : size < 100 ? 1 : 0;
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits, signDisplay: "negative" }).format(value).replace("-", "\u2212");
}

/** A part of a whole in percent, however small it is. */
export function percent(part: number): string {
  return new Intl.NumberFormat(locale.value, { style: "percent", maximumSignificantDigits: 2 }).format(part);
}

/** A time that is left, or a length, in milliseconds: "2.4 s", "1:05", "2:00:00". */
export function duration(ms: number): string {
  const left = Math.max(0, ms);
  if (left < 9950) {
    const seconds = new Intl.NumberFormat(locale.value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return `${seconds.format(left / 1000)}\u202fs`;
  }
  const total = Math.ceil(left / 1000);
  if (total < 60) return `${total}\u202fs`;
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** How long something has run, in its largest unit: "3 days", "2 hr", "5 min". */
export function age(seconds: number): string {
  const [value, unit] =
    seconds >= 172800 ? [seconds / 86400, "day"] : seconds >= 7200 ? [seconds / 3600, "hour"] : [seconds / 60, "minute"];
  return new Intl.NumberFormat(locale.value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0, roundingMode: "floor" } as Intl.NumberFormatOptions).format(value);
}

/** A moment as seen from another one: the time on the same day, else with its date. */
export function moment(at: Date, now: Date): string {
  const sameDay = at.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(locale.value, sameDay ? { timeStyle: "medium" } : { dateStyle: "short", timeStyle: "short" }).format(at);
}

/** A date. */
export function date(at: Date): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(at);
}

/** The plural form of a count, "one" or "other" in the languages there are. */
export function plural(count: number): "one" | "other" {
  return new Intl.PluralRules(language.value).select(count) === "one" ? "one" : "other";
}

/** Names joined as a list: "a, b and c". */
export function list(names: string[]): string {
  return new Intl.ListFormat(locale.value, { type: "conjunction" }).format(names);
}
