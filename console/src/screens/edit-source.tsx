import { Edit, Make } from '../definitions/edit.tsx';
import type { ScreenValues } from '../shell/router.ts';
import { SOURCE } from '../sources/kind.ts';

/** Edits a source. */
export function EditSource({ name = '' }: ScreenValues) {
  return <Edit kind={SOURCE} name={name} />;
}

/** Creates a source. */
export function NewSource() {
  return <Make kind={SOURCE} />;
}
