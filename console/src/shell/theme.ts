/** Light or dark colours: as the system has them, unless somebody chose. */

import { signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = 'freshet.theme';
export const theme = signal<Theme>(THEMES.find((name) => name === localStorage.getItem(KEPT)) ?? 'system');

/** Shows other colours, and keeps that for the next visit. */
export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(KEPT, chosen);
  applyTheme();
}

/** The style sheet does the rest. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}
