/** What the editor edits: definitions of resources, or of sources. */

import type { ComponentType } from 'preact';
import { fill } from '../api/paths.ts';
import type { FormOf } from './definition-form.tsx';
import type { Draft, Folder } from './drafts.ts';
import type { Fault } from './form/context.ts';
import type { JsonObject } from './json.ts';

/** Properties of a draft's view. */
export interface ViewProps {
  kind: Kind;
  draft: Draft;
  definition: JsonObject;
  /** Reports faults of the definition. */
  onFaults: (faults: readonly Fault[]) => void;
}

export interface ChangesProps extends ViewProps {
  /** Another user has changed the definition since the draft was begun. */
  onConflict: () => Promise<void>;
  onSaved: () => void;
}

export interface ProbeProps extends ViewProps {
  onChange: (members: Partial<Draft>) => void;
  /** Shows a member in the form, with these faults marked. */
  onPlace: (pointer: string, faults?: readonly Fault[]) => void;
}

export interface Kind {
  folder: Folder;
  form: FormOf;
  /** The initial definition of a new one. */
  blank: JsonObject;
  /** Address of a definition in the console. @param after such as `/edit` */
  address: (name: string, after?: string) => string;
  /** Title of the screen that creates one. */
  newTitle: () => string;
  /** Shows what a draft changes, and saves it. */
  Changes: ComponentType<ChangesProps>;
  /** Tries a draft; missing if that is impossible. */
  Probe?: ComponentType<ProbeProps>;
}

/** URL of a definition, relative to the API. */
export function urlOf(folder: Folder, name: string): string {
  return fill(`/${folder}/{name}/`, { path: { name } });
}

/** A definition without the members that the path and the service set. */
export function definitionIn({ name, told }: FormOf, answer: object): JsonObject {
  const members = Object.entries(answer as JsonObject);
  return Object.fromEntries(members.filter(([member]) => member !== name && !told.includes(member)));
}
