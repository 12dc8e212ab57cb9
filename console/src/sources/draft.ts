/** The definition of a source that is being written. */

import { isSame, type JsonObject, jsonFault, parseObject, textOf } from '../definitions/json.ts';

/** All that JSON can hold: it is kept over a sign-in. Secrets stand in definitions by their names alone. */
export interface SourceDraft {
  /** What it is called, or is to be called. */
  name: string;
  /** What stood when it was begun, or last brought up to date; null: nothing. */
  base: JsonObject | null;
  /** ETag of that, with quotes. */
  etag: string | null;
  /** The definition as JSON, be it readable or not. */
  text: string;
  /** Texts of fields that are no JSON yet, by their pointers: they are not in `text`. */
  unread: Readonly<Record<string, string>>;
}

/** A draft as it begins. */
export function begin(name: string, base: JsonObject | null, etag: string | null): SourceDraft {
  return { name, base, etag, text: textOf(base ?? { url: '' }), unread: {} };
}

/** The definition of a draft; null while its text is no JSON object. */
export function definitionOf({ text }: SourceDraft): JsonObject | null {
  try {
    return parseObject(text);
  } catch {
    return null;
  }
}

/** Whether a field of it is no JSON: what is typed there is not in the definition. */
export function hasUnread({ unread }: SourceDraft): boolean {
  return Object.values(unread).some((text) => jsonFault(text) !== null);
}

/** Whether something would be lost with it. */
export function isChanged(draft: SourceDraft): boolean {
  const before = draft.base ?? definitionOf(begin('', null, null)) ?? {};
  return (
    hasUnread(draft) || !isSame(definitionOf(draft) ?? undefined, before) || (draft.base === null && draft.name !== '')
  );
}

/** Members that say where loads come from: with another one all that was loaded counts as expired (CONTRACT 4 "Sources"). */
const DECISIVE = ['url', 'via', 'database', 'headers', 'auth'];

/** Whether a change asks another system, or asks it otherwise. */
export function isDecisive(before: JsonObject, after: JsonObject): boolean {
  return DECISIVE.some((name) => !isSame(before[name], after[name] ?? (name === 'headers' ? {} : undefined)));
}
