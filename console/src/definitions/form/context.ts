/** What all fields of one form share. */

import { type ComponentType, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { at, isSame, type Json, type JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';

/** What is wrong with a member (RFC 6901). */
export interface Fault {
  pointer: string;
  detail: string;
}

export interface FormContext {
  /** The document that references of its schemas point into. */
  root: unknown;
  /** Tells its fields from those of other forms of the screen. */
  name: string;
  faults: readonly Fault[];
  /** Texts of fields that are no JSON yet, by their pointers. */
  unread: Readonly<Record<string, string>>;
  /** Notes such a text; undefined: it can be read by now. */
  onUnread: (pointer: string, text: string | undefined) => void;
  /** The field of a member or an item, whatever its schema. Fields within fields get it from here: their modules would else import each other. */
  Field: ComponentType<FieldProps<Json>>;
}

const Context = createContext<FormContext>({
  ...{ root: {}, name: '', faults: [], unread: {}, onUnread: () => undefined, Field: () => null },
});
export const FormProvider = Context.Provider;

export function useForm(): FormContext {
  return useContext(Context);
}

/** What a field gets. `value` undefined: the member is left out. */
export interface FieldProps<T> {
  /** Its reference is followed by `Form.Field`. */
  schema: Schema;
  pointer: string;
  /** What the field is called; empty: what stands round it says so. */
  label: string;
  value: T | undefined;
  onChange: (value: T | undefined) => void;
  isRequired: boolean;
}

/** The element of a member in a form: its control, or what stands for it. */
export function idOf(form: string, pointer: string): string {
  return `${form}:${pointer}`;
}

/**
 * What is wrong with a member, or deep in it. A fault of a part that has a field of its own stands there.
 *
 * @param parts names of the parts that have
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

/** Faults of members that are as they were. */
export function stillWrong(faults: readonly Fault[], before: JsonObject, after: JsonObject): readonly Fault[] {
  return faults.filter(({ pointer }) => isSame(at(before, pointer), at(after, pointer)));
}

/** Texts of fields that are no JSON yet, with that of another one; undefined: it can be read by now. */
export function withUnread(
  unread: Readonly<Record<string, string>> | undefined,
  pointer: string,
  text: string | undefined,
): Record<string, string> {
  const { [pointer]: _old, ...others } = unread ?? {};
  return text === undefined ? others : { ...others, [pointer]: text };
}

/** Moves the focus to the field of a member, or of what it is in. False: the form does not show it. */
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
