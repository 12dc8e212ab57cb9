import { Edit, Make } from '../definitions/edit.tsx';
import { RESOURCE } from '../resources/kind.ts';
import type { ScreenValues } from '../shell/screens.ts';

/** A resource that is being changed. */
export function EditResource({ title = '' }: ScreenValues) {
  return <Edit kind={RESOURCE} name={title} />;
}

/** A resource that is being made. */
export function NewResource() {
  return <Make kind={RESOURCE} />;
}
