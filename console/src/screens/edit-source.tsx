import { Edit, Make } from '../definitions/edit.tsx';
import type { ScreenValues } from '../shell/screens.ts';
import { SOURCE } from '../sources/kind.ts';

/** A source that is being changed. */
export function EditSource({ name = '' }: ScreenValues) {
  return <Edit kind={SOURCE} name={name} />;
}

/** A source that is being made. */
export function NewSource() {
  return <Make kind={SOURCE} />;
}
