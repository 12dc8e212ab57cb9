/** The console's texts, in each of its languages. */

import { signal } from '@preact/signals';

/** Languages of the console (BCP 47). */
export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = 'freshet.language';

/** The current language. Change it with `speak`. */
export const language = signal<Language>(firstLanguage());

/** Changes the language, and keeps the choice for the next visit. */
export function speak(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

type Text = string | ((...values: never[]) => string);
/** The same members with the same types: a missing one, or one with other parameters, is a type error. */
type Complete<T> = { [K in keyof T]: T[K] extends string ? string : T[K] };

/**
 * Texts of one topic. The returned function reads the language signal, so a component that calls it renders again when
 * the language changes.
 */
export function texts<const T extends Readonly<Record<string, Text>>>(
  en: T,
  ru: Complete<NoInfer<T>>,
): () => Complete<T> {
  const all: Record<Language, Complete<T>> = { en: en as Complete<T>, ru };
  return () => all[language.value];
}

/** Picks the Russian word form for a number. */
export function russian(count: number, one: string, few: string, many: string): string {
  const form = new Intl.PluralRules('ru').select(count);
  return form === 'one' ? one : form === 'few' ? few : many;
}

function firstLanguage(): Language {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return LANGUAGES.find((known) => known === wanted.find((tag) => LANGUAGES.some((one) => one === tag))) ?? 'en';
}
