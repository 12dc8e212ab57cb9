/**
 * Drafts of definitions. They outlast screens, tokens and a sign-in at the provider, but not a reload of the page.
 * Another user who signs in sees none of them.
 */

import { effect, signal } from '@preact/signals';
import { session } from '../api/session.ts';
import { mountDraft, takeDraft } from '../drafts/mounted-drafts.ts';
import { isSame, type JsonObject, jsonFault, parseObject, textOf } from './json.ts';

/** Where definitions are in addresses of the API and of the console. */
export type Folder = 'resources' | 'sources';

/** A draft of a definition; JSON only. It contains secrets by name only. */
export interface Draft {
  /** Its name, or the name it will get. */
  name: string;
  /** The saved definition when the draft was begun or last brought up to date; null: there was none. */
  base: JsonObject | null;
  /** ETag of that, with quotes. */
  etag: string | null;
  /** The initial definition, if none was saved. */
  blank: JsonObject;
  /** The definition as JSON text, valid or not. */
  text: string;
  /** Texts of fields that are not valid JSON yet, by pointer: they are not in `text`. */
  unread: Readonly<Record<string, string>>;
  /** Parameters and user of its probe. */
  probe: { parameters: JsonObject; user: string };
}

/** The saved definition when a draft was begun. */
export interface Begun {
  name: string;
  base: JsonObject | null;
  etag: string | null;
}

/** The name of a new definition in keys: no saved one has an empty name. */
export const NEW = '';

/** Drafts by key. */
export const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

// Loaded with the first screen, because a user may come back from the provider to any screen.
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

/** The key of a draft. @param name when it was begun, or NEW */
export function keyOf(folder: Folder, name: string): string {
  return `${folder}/${name}`;
}

/** The draft of a saved definition, if it differs from that. */
export function changedDraft(folder: Folder, name: string): Draft | undefined {
  const draft = drafts.value.get(keyOf(folder, name));
  return draft !== undefined && isChanged(draft) ? draft : undefined;
}

/** A new draft. @param blank the initial definition, if none was saved */
export function begin({ name, base, etag }: Begun, blank: JsonObject): Draft {
  const text = textOf(base ?? blank);
  return { name, base, etag, blank, text, unread: {}, probe: { parameters: {}, user: '' } };
}

/** Keeps a draft. */
export function keep(key: string, draft: Draft): void {
  drafts.value = new Map(drafts.peek()).set(key, draft);
}

/** Changes members of a kept draft. */
export function change(key: string, members: Partial<Draft>): void {
  const draft = drafts.peek().get(key);
  if (draft !== undefined) keep(key, { ...draft, ...members });
}

export function discard(key: string): void {
  drafts.value = new Map([...drafts.peek()].filter(([kept]) => kept !== key));
}

/** The definition in a draft; null while its text is not a JSON object. */
export function definitionOf({ text }: Draft): JsonObject | null {
  try {
    return parseObject(text);
  } catch {
    return null;
  }
}

/** Whether a field is not valid JSON: its text is not part of the definition. */
export function hasUnread({ unread }: Draft): boolean {
  return Object.values(unread).some((text) => jsonFault(text) !== null);
}

/** Whether dropping the draft would lose anything. */
export function isChanged(draft: Draft): boolean {
  const { base, blank, name } = draft;
  const isNamed = base === null && name !== '';
  return isNamed || hasUnread(draft) || !isSame(definitionOf(draft) ?? undefined, base ?? blank);
}
