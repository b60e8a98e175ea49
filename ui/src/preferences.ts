// Choices of the visitor that this browser keeps: colours and language.

import { signal } from "@preact/signals";
import { chooseLanguage, languages, setLanguage, type Language } from "./i18n/i18n";

/** The colours to use; "auto" follows the system. */
export type Theme = "auto" | "light" | "dark";

const themeKey = "zerocross.theme"; // also read by theme.ts
const languageKey = "zerocross.language";

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be blocked; then nothing is kept
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // The choice holds until the page is left.
  }
}

const stored = read(themeKey);

/** The colours that are chosen. */
export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "auto");

/** Chooses the colours. */
export function chooseTheme(wanted: Theme): void {
  theme.value = wanted;
  write(themeKey, wanted === "auto" ? null : wanted);
  if (wanted === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
}

/** Shows the language chosen before, else the browser's. */
export function startLanguage(): Promise<void> {
  const kept = read(languageKey);
  return setLanguage(kept && kept in languages ? (kept as Language) : chooseLanguage(navigator.languages));
}

/** Chooses the language. */
export function pickLanguage(wanted: Language): void {
  write(languageKey, wanted);
  void setLanguage(wanted);
}
