import { Edit, Make } from '../definitions/edit.tsx';
import { RESOURCE } from '../resources/kind.ts';
import type { ScreenValues } from '../shell/router.ts';

/** Edits a resource. */
export function EditResource({ title = '' }: ScreenValues) {
  return <Edit kind={RESOURCE} name={title} />;
}

/** Creates a resource. */
export function NewResource() {
  return <Make kind={RESOURCE} />;
}
