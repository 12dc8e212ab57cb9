/** What the editor writes: definitions of resources, or of sources. */

import type { ComponentType } from 'preact';
import { fill } from '../api/paths.ts';
import type { FormOf } from './definition-form.tsx';
import type { Draft, Folder } from './drafts.ts';
import type { Fault } from './form/context.ts';
import type { JsonObject } from './json.ts';

/** What a view of a draft is given: the definition is what the draft says. */
export interface ViewProps {
  kind: Kind;
  draft: Draft;
  definition: JsonObject;
  /** What is wrong with the definition. */
  onFaults: (faults: readonly Fault[]) => void;
}

export interface ChangesProps extends ViewProps {
  /** Somebody else changed it since the draft was begun. */
  onConflict: () => Promise<void>;
  onSaved: () => void;
}

export interface ProbeProps extends ViewProps {
  onChange: (members: Partial<Draft>) => void;
  /** Shows a member of the form, where these faults are marked. */
  onPlace: (pointer: string, faults?: readonly Fault[]) => void;
}

export interface Kind {
  folder: Folder;
  form: FormOf;
  /** What a new one begins with. */
  blank: JsonObject;
  /** Address of one in the console. @param after such as `/edit` */
  address: (name: string, after?: string) => string;
  /** Title of the screen where one is made. */
  newTitle: () => string;
  /** Shows what a draft changes, and saves it. */
  Changes: ComponentType<ChangesProps>;
  /** Tries a draft; those that cannot be tried have none. */
  Probe?: ComponentType<ProbeProps>;
}

/** URL of one, relative to the API. */
export function urlOf(folder: Folder, name: string): string {
  return fill(`/${folder}/{name}/`, { path: { name } });
}

/** A definition without what the path and the service say. */
export function definitionIn({ name, told }: FormOf, answer: object): JsonObject {
  const members = Object.entries(answer as JsonObject);
  return Object.fromEntries(members.filter(([member]) => member !== name && !told.includes(member)));
}
