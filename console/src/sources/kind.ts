import type { Kind } from '../definitions/kind.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { SOURCE_FORM } from './sections.ts';
import { addressOfSource } from './source-address.ts';
import { SourceChanges } from './source-changes.tsx';

/** Sources in the editor. */
export const SOURCE: Kind = {
  folder: 'sources',
  form: SOURCE_FORM,
  blank: { url: '' },
  address: addressOfSource,
  newTitle: () => sourcesTexts().newSource,
  Changes: SourceChanges,
};
