/** The texts of the console, in each of its languages. */

import { signal } from '@preact/signals';

/** Languages that the console speaks (BCP 47). */
export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = 'freshet.language';

/** The language shown. Set it by `speak`. */
export const language = signal<Language>(firstLanguage());

/** Shows another language, and keeps it for the next visit. */
export function speak(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

type Text = string | ((...values: never[]) => string);
/** The same members, of the same kinds: one that is missing, or takes other values, is a type error. */
type Complete<T> = { [K in keyof T]: T[K] extends string ? string : T[K] };

/**
 * Texts of one topic. What it gives reads the language, so a component that calls it shows the other one as soon as it is
 * chosen.
 */
export function texts<const T extends Readonly<Record<string, Text>>>(
  en: T,
  ru: Complete<NoInfer<T>>,
): () => Complete<T> {
  const all: Record<Language, Complete<T>> = { en: en as Complete<T>, ru };
  return () => all[language.value];
}

/** Picks the form of a word that Russian has for a number. */
export function russian(count: number, one: string, few: string, many: string): string {
  const form = new Intl.PluralRules('ru').select(count);
  return form === 'one' ? one : form === 'few' ? few : many;
}

function firstLanguage(): Language {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return LANGUAGES.find((known) => known === wanted.find((tag) => LANGUAGES.some((one) => one === tag))) ?? 'en';
}
