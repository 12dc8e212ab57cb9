/** A webhook's definition, as the API takes it and as a form holds it. */

import type { Schema } from '../api/paths.ts';
import type { JsonObject } from '../definitions/json.ts';

export type Webhook = Schema<'Webhook'>;
export type Definition = Omit<Schema<'WebhookDefinition'>, 'name' | 'state' | 'warnings'>;
export type EventType = Definition['events'][number];

export const EVENT_TYPES = [
  'cache.changed',
  'cache.failing',
  'cache.recovered',
  'cache.guarded',
] as const satisfies readonly EventType[];

/** The definition that was saved when the user began to change it, and its ETag with quotes. */
export interface Base {
  definition: Definition;
  etag: string;
}

/** The values of a form; lists are lines. */
export interface Draft {
  name: string;
  url: string;
  secrets: string;
  resources: string;
  events: readonly EventType[];
  interval: string;
  /** Null: the webhook is new. */
  base: Base | null;
}

export const EMPTY: Draft = {
  name: '',
  url: '',
  secrets: '',
  resources: '',
  events: ['cache.changed'],
  interval: '0',
  base: null,
};

/** The part of a webhook that can be saved. */
export function definitionOf({ name: _name, state: _state, warnings: _warnings, ...definition }: Webhook): Definition {
  return definition;
}

/** A draft of the saved definition. */
export function draftOf(name: string, { definition, etag }: Base): Draft {
  const { url, secrets, resources = [], events, min_interval_s: interval } = definition;
  return {
    ...{ name, url, events, base: { definition, etag } },
    secrets: secrets.map(nameOfSecret).join('\n'),
    resources: resources.join('\n'),
    interval: String(interval),
  };
}

/** A draft based on what another user saved, with the merged changes of both. */
export function rebased(name: string, theirs: Base, merged: JsonObject): Draft {
  return { ...draftOf(name, { ...theirs, definition: merged as unknown as Definition }), base: theirs };
}

/** The definition in a draft. The service decides whether it is valid. */
export function definitionIn({ url, secrets, resources, events, interval }: Draft): Definition {
  const titles = linesOf(resources);
  return {
    url: url.trim(),
    secrets: linesOf(secrets).map(placeholderOf),
    ...(titles.length > 0 && { resources: titles }),
    events: EVENT_TYPES.filter((type) => events.includes(type)),
    min_interval_s: Number(interval),
  };
}

/** Whether two definitions are equal. */
export function isSame(one: Definition, other: Definition): boolean {
  return JSON.stringify(membersOf(one)) === JSON.stringify(membersOf(other));
}

/** All members as texts, in a fixed order; empty: left out. */
export function membersOf(definition: Definition): [name: keyof Definition, value: string][] {
  const { url, secrets, resources = [], events, min_interval_s: interval } = definition;
  return [
    ['url', url],
    ['secrets', secrets.join(', ')],
    ['resources', resources.join(', ')],
    ['events', events.toSorted().join(', ')],
    ['min_interval_s', String(interval)],
  ];
}

/** `ORIGIN_HOOK` of `${ORIGIN_HOOK}`. */
export function nameOfSecret(placeholder: string): string {
  return /^\$\{(.*)\}$/.exec(placeholder)?.[1] ?? placeholder;
}

/** The reverse; a placeholder stays as it is. */
export function placeholderOf(name: string): string {
  return /^\w+$/.test(name) ? `\${${name}}` : name;
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
