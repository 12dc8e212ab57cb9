/**
 * Definitions that are being written. They outlast screens, tokens and a sign-in at the provider, not a load of the page; whoever
 * signs in besides sees none of them.
 */

import { effect, signal } from '@preact/signals';
import { session } from '../api/session.ts';
import { mountDraft, takeDraft } from '../drafts/mounted-drafts.ts';
import { isSame, type JsonObject, jsonFault, parseObject, textOf } from './json.ts';

/** Where definitions stand in addresses, of the API and of the console. */
export type Folder = 'resources' | 'sources';

/** A definition that is being written. All that JSON can hold; secrets stand in it by their names alone. */
export interface Draft {
  /** What it is called, or is to be called. */
  name: string;
  /** What stood when it was begun, or last brought up to date; null: nothing. */
  base: JsonObject | null;
  /** ETag of that, with quotes. */
  etag: string | null;
  /** What it was begun with, where nothing stands. */
  blank: JsonObject;
  /** The definition as JSON, be it readable or not. */
  text: string;
  /** Texts of fields that are no JSON yet, by their pointers: they are not in `text`. */
  unread: Readonly<Record<string, string>>;
  /** What it is probed with. */
  probe: { parameters: JsonObject; user: string };
}

/** What stood when a draft was begun. */
export interface Begun {
  name: string;
  base: JsonObject | null;
  etag: string | null;
}

/** Stands for a new one among names: none is empty. */
export const NEW = '';

/** Drafts by their keys. */
export const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

// Loaded with the first screen: whoever comes back from the provider may come to any.
mountDraft('definitions', () => {
  const changed = [...drafts.peek()].filter(([, draft]) => isChanged(draft));
  return changed.length === 0 ? undefined : changed;
});
let user: string | undefined;
effect(() => {
  const now = session.value?.user;
  if (now === user) return;
  user = now;
  drafts.value = new Map(now === undefined ? [] : (takeDraft('definitions') as [string, Draft][] | undefined));
});

/** The key of a draft. @param name that it was begun under, or NEW */
export function keyOf(folder: Folder, name: string): string {
  return `${folder}/${name}`;
}

/** The draft of one that stands, if something was written in it. */
export function changedDraft(folder: Folder, name: string): Draft | undefined {
  const draft = drafts.value.get(keyOf(folder, name));
  return draft !== undefined && isChanged(draft) ? draft : undefined;
}

/** A draft as it begins. @param blank what a new one begins with */
export function begin({ name, base, etag }: Begun, blank: JsonObject): Draft {
  const text = textOf(base ?? blank);
  return { name, base, etag, blank, text, unread: {}, probe: { parameters: {}, user: '' } };
}

/** Keeps a draft. */
export function keep(key: string, draft: Draft): void {
  drafts.value = new Map(drafts.peek()).set(key, draft);
}

/** Changes members of a draft that is kept. */
export function change(key: string, members: Partial<Draft>): void {
  const draft = drafts.peek().get(key);
  if (draft !== undefined) keep(key, { ...draft, ...members });
}

export function discard(key: string): void {
  drafts.value = new Map([...drafts.peek()].filter(([kept]) => kept !== key));
}

/** The definition of a draft; null while its text is no JSON object. */
export function definitionOf({ text }: Draft): JsonObject | null {
  try {
    return parseObject(text);
  } catch {
    return null;
  }
}

/** Whether a field of it is no JSON: what is typed there is not in the definition. */
export function hasUnread({ unread }: Draft): boolean {
  return Object.values(unread).some((text) => jsonFault(text) !== null);
}

/** Whether something would be lost with it. */
export function isChanged(draft: Draft): boolean {
  const { base, blank, name } = draft;
  const isNamed = base === null && name !== '';
  return isNamed || hasUnread(draft) || !isSame(definitionOf(draft) ?? undefined, base ?? blank);
}
