// Translation: flat files of sentences typed by the English one. A sentence names
// its parameters in braces; numbers and dates are formatted by format.ts, which
// follows the same language.

import { computed, signal } from "@preact/signals";
import { en } from "./en";

/** A key of a sentence. */
export type Key = keyof typeof en;

/** A complete set of sentences. */
export type Messages = Record<Key, string>;

type ParametersOf<S extends string> = S extends `${string}{${infer P}}${infer Rest}` ? P | ParametersOf<Rest> : never;

/** The parameters that the sentence of a key needs. */
export type Parameters<K extends Key> = [ParametersOf<(typeof en)[K]>] extends [never]
  ? []
  : [parameters: Record<ParametersOf<(typeof en)[K]>, string | number>];

/** The languages there are, by their own names. */
export const languages = { en: "English", de: "Deutsch" } as const;

/** A language that has a file of sentences. */
export type Language = keyof typeof languages;

// Only English is part of the first load: it is also the fallback of a language
// file that cannot be fetched.
const loaders: Record<Language, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  de: () => import("./de").then((m) => m.de),
};

const current = signal<{ language: Language; messages: Messages }>({ language: "en", messages: en });

/** The language that is shown. */
export const language = computed(() => current.value.language);

/** Shows another language, without a reload. */
export async function setLanguage(wanted: Language): Promise<void> {
  current.value = { language: wanted, messages: await loaders[wanted]() };
  document.documentElement.lang = wanted;
}

/** Picks the first of the wanted languages that there is, "en" when none is. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0] ?? "";
    if (base in languages) return base as Language;
  }
  return "en";
}

/** The first wanted tag of a language, for its region; else the language itself. */
export function chooseLocale(language: Language, wanted: readonly string[]): string {
  return wanted.find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
}

/** Puts parameters into a sentence. */
export function fill(sentence: string, parameters: Record<string, unknown>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in parameters ? String(parameters[name]) : whole));
}

/** The sentence of a key in the language that is shown. */
export function t<K extends Key>(key: K, ...parameters: Parameters<K>): string {
  return fill(current.value.messages[key], parameters[0] ?? {});
}

/**
 * The sentence for a code that the server sent under a prefix ("code.", "health."),
 * or the server's own text when this page does not know the code.
 */
export function tCode(prefix: string, code: string, args: Record<string, unknown> | undefined, text: string): string {
  const sentence = (current.value.messages as Record<string, string>)[prefix + code];
  if (sentence === undefined) return text;
  const filled = fill(sentence, args ?? {});
  return /\{\w+\}/.test(filled) ? text : filled;
}
