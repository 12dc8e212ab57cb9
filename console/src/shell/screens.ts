/** The screens, and which of them are in the navigation. A new screen is an entry here and a file in `screens/`. */

import type { ComponentType } from 'preact';
import { Overview } from '../screens/overview.tsx';
import { shell } from '../texts/shell.ts';
import type { ScreenValues } from './router.ts';

export type Screen = ComponentType<ScreenValues>;

export interface ScreenPlace {
  /** Path below `/console`, such as `/caches/:key`. */
  pattern: string;
  screen?: Screen;
  /** The same, in a chunk that is loaded at the first visit. */
  load?: () => Promise<Screen>;
  /** Its label in the navigation; without one, other screens link to it. */
  label?: () => string;
  /** The screen whose navigation entry is marked while this one is shown. */
  under?: string;
}

export const SCREENS: readonly ScreenPlace[] = [
  { pattern: '', screen: Overview, label: () => shell().overview },
  {
    pattern: '/resources',
    load: async () => (await import('../screens/resources.tsx')).Resources,
    label: () => shell().resources,
  },
  {
    // `+` cannot occur in a title.
    pattern: '/resources/+new',
    load: async () => (await import('../screens/edit-resource.tsx')).NewResource,
    under: '/resources',
  },
  {
    pattern: '/resources/:title',
    load: async () => (await import('../screens/resource.tsx')).Resource,
    under: '/resources',
  },
  {
    pattern: '/resources/:title/edit',
    load: async () => (await import('../screens/edit-resource.tsx')).EditResource,
    under: '/resources',
  },
  {
    pattern: '/sources',
    load: async () => (await import('../screens/sources.tsx')).Sources,
    label: () => shell().sources,
  },
  {
    // `+` cannot occur in a name.
    pattern: '/sources/+new',
    load: async () => (await import('../screens/edit-source.tsx')).NewSource,
    under: '/sources',
  },
  {
    pattern: '/sources/:name',
    load: async () => (await import('../screens/source.tsx')).Source,
    under: '/sources',
  },
  {
    pattern: '/sources/:name/edit',
    load: async () => (await import('../screens/edit-source.tsx')).EditSource,
    under: '/sources',
  },
  {
    pattern: '/caches',
    load: async () => (await import('../screens/caches.tsx')).Caches,
    label: () => shell().caches,
  },
  {
    pattern: '/caches/:cacheKey',
    load: async () => (await import('../screens/cache.tsx')).Cache,
    under: '/caches',
  },
  {
    pattern: '/tasks',
    load: async () => (await import('../screens/tasks.tsx')).Tasks,
    label: () => shell().tasks,
  },
  {
    pattern: '/tasks/:taskId',
    load: async () => (await import('../screens/task.tsx')).Task,
    under: '/tasks',
  },
  { pattern: '/search', load: async () => (await import('../screens/search.tsx')).Search },
  {
    pattern: '/devices',
    load: async () => (await import('../screens/devices.tsx')).Devices,
    label: () => shell().devices,
  },
  {
    pattern: '/devices/device',
    load: async () => (await import('../screens/device.tsx')).Device,
    under: '/devices',
  },
  {
    pattern: '/actions',
    load: async () => (await import('../screens/actions.tsx')).Actions,
    label: () => shell().actions,
  },
  {
    pattern: '/webhooks',
    load: async () => (await import('../screens/webhooks.tsx')).Webhooks,
    label: () => shell().webhooks,
  },
  // `+` cannot occur in a name.
  {
    pattern: '/webhooks/+new',
    load: async () => (await import('../screens/webhook.tsx')).NewWebhook,
    under: '/webhooks',
  },
  {
    pattern: '/webhooks/:name',
    load: async () => (await import('../screens/webhook.tsx')).Webhook,
    under: '/webhooks',
  },
  { pattern: '/me', load: async () => (await import('../screens/me.tsx')).Me, label: () => shell().me },
];
