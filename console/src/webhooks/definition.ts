/** A webhook's definition, as it is put and as a form holds it. */

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

/** A definition that stood when somebody began to change it, and its ETag with quotes. */
export interface Base {
  definition: Definition;
  etag: string;
}

/** What a form holds; lists as lines. */
export interface Draft {
  name: string;
  url: string;
  secrets: string;
  resources: string;
  events: readonly EventType[];
  interval: string;
  /** Null: of a new webhook. */
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

/** What can be put of a webhook. */
export function definitionOf({ name: _name, state: _state, warnings: _warnings, ...definition }: Webhook): Definition {
  return definition;
}

/** A draft that begins with what stands. */
export function draftOf(name: string, { definition, etag }: Base): Draft {
  const { url, secrets, resources = [], events, min_interval_s: interval } = definition;
  return {
    ...{ name, url, events, base: { definition, etag } },
    secrets: secrets.map(nameOfSecret).join('\n'),
    resources: resources.join('\n'),
    interval: String(interval),
  };
}

/** A draft that stands on what somebody else saved, and says what became of both sides' changes. */
export function rebased(name: string, theirs: Base, merged: JsonObject): Draft {
  return { ...draftOf(name, { ...theirs, definition: merged as unknown as Definition }), base: theirs };
}

/** What a draft says. Whether it may be put, the service judges. */
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

/** Whether two say the same. */
export function isSame(one: Definition, other: Definition): boolean {
  return JSON.stringify(membersOf(one)) === JSON.stringify(membersOf(other));
}

/** Each member as a text, in one order; empty: it is left out. */
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

/** The other way round; what is written so already stays. */
export function placeholderOf(name: string): string {
  return /^\w+$/.test(name) ? `\${${name}}` : name;
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
