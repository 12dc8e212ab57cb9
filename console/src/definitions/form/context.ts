/** What all fields of a form share. */

import { type ComponentType, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { at, isSame, type Json, type JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';

/** A fault of a member (RFC 6901). */
export interface Fault {
  pointer: string;
  detail: string;
}

export interface FormContext {
  /** The document that the references in its schemas point into. */
  root: unknown;
  /** Distinguishes its fields from those of other forms on the screen. */
  name: string;
  faults: readonly Fault[];
  /** Texts of fields that are not valid JSON yet, by pointer. */
  unread: Readonly<Record<string, string>>;
  /** Notes such a text; undefined: the text is valid now. */
  onUnread: (pointer: string, text: string | undefined) => void;
  /** The field of a member or an item, whatever its schema. An import instead would make the field modules circular. */
  Field: ComponentType<FieldProps<Json>>;
}

const Context = createContext<FormContext>({
  ...{ root: {}, name: '', faults: [], unread: {}, onUnread: () => undefined, Field: () => null },
});
export const FormProvider = Context.Provider;

export function useForm(): FormContext {
  return useContext(Context);
}

/** Properties of a field. `value` undefined: the member is left out. */
export interface FieldProps<T> {
  /** Its reference is resolved by `Form.Field`. */
  schema: Schema;
  pointer: string;
  /** The field's label; empty: the surroundings name it. */
  label: string;
  value: T | undefined;
  onChange: (value: T | undefined) => void;
  isRequired: boolean;
}

/** The id of a member's element in a form: of its control, or of what replaces it. */
export function idOf(form: string, pointer: string): string {
  return `${form}:${pointer}`;
}

/**
 * The faults of a member and of everything in it, except of parts that have fields of their own.
 *
 * @param parts names of those parts
 */
export function faultsOf(
  { faults }: Pick<FormContext, 'faults'>,
  pointer: string,
  parts: readonly string[] = [],
): Fault[] {
  return faults.filter((fault) => {
    if (fault.pointer === pointer) return true;
    if (!fault.pointer.startsWith(`${pointer}/`)) return false;
    const [step = ''] = fault.pointer.slice(pointer.length + 1).split('/');
    return !parts.includes(step.replaceAll('~1', '/').replaceAll('~0', '~'));
  });
}

/** Faults of members that have not changed. */
export function stillWrong(faults: readonly Fault[], before: JsonObject, after: JsonObject): readonly Fault[] {
  return faults.filter(({ pointer }) => isSame(at(before, pointer), at(after, pointer)));
}

/** The texts that are not valid JSON yet, with one added; undefined: that text is valid now. */
export function withUnread(
  unread: Readonly<Record<string, string>> | undefined,
  pointer: string,
  text: string | undefined,
): Record<string, string> {
  const { [pointer]: _old, ...others } = unread ?? {};
  return text === undefined ? others : { ...others, [pointer]: text };
}

/** Moves the focus to the field of a member, or of what contains it. False: the form does not show it. */
export function focusField(form: string, pointer: string): boolean {
  for (let place = pointer; ; place = place.slice(0, place.lastIndexOf('/'))) {
    const element = document.getElementById(idOf(form, place));
    if (element !== null) {
      for (let around = element.closest('details'); around; around = around.parentElement?.closest('details') ?? null) {
        around.open = true;
      }
      element.focus();
      element.scrollIntoView({ block: 'center' });
      return true;
    }
    if (place === '') return false;
  }
}
