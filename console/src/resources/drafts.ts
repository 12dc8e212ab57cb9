/** Definitions that are being written. They outlast screens and tokens, not the page; whoever signs in besides sees none of them. */

import { effect, signal } from '@preact/signals';
import { session } from '../api/session.ts';
import { isSame, type JsonObject, jsonFault, parseObject, textOf } from '../definitions/json.ts';

/** A definition that is being written. All that JSON can hold. */
export interface Draft {
  /** Of a new resource: what it is to be called. */
  title: string;
  /** What stood when it was begun, or last brought up to date; null: nothing. */
  base: JsonObject | null;
  /** ETag of that, with quotes. */
  etag: string | null;
  /** The definition as JSON, be it readable or not. */
  text: string;
  /** Texts of fields that are no JSON yet, by their pointers: they are not in `text`. */
  unread: Readonly<Record<string, string>>;
  /** What it is probed with. */
  probe: { parameters: JsonObject; user: string };
}

/** Stands for the new resource among titles: none is empty. */
export const NEW = '';

export const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

let user: string | undefined;
effect(() => {
  const now = session.value?.user;
  if (now !== user) drafts.value = new Map();
  user = now;
});

/** A definition as a draft of it begins. @param title of a new one */
export function begin(base: JsonObject | null, etag: string | null, title = ''): Draft {
  return {
    ...{ title, base, etag, text: textOf(base ?? { origin: { url: '' } }) },
    ...{ unread: {}, probe: { parameters: {}, user: '' } },
  };
}

/** Keeps a draft by the title that it was begun under. */
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
  if (hasUnread(draft)) return true;
  const before = draft.base ?? definitionOf(begin(null, null)) ?? {};
  return draft.title !== '' || !isSame(definitionOf(draft) ?? undefined, before);
}
