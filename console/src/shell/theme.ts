/** Light or dark colours: those of the system, unless the user has chosen. */

import { signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = 'freshet.theme';
export const theme = signal<Theme>(THEMES.find((name) => name === localStorage.getItem(KEPT)) ?? 'system');

/** Switches the colours, and keeps the choice for the next visit. */
export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(KEPT, chosen);
  applyTheme();
}

/** The style sheet does the rest. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}
