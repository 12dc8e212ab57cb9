import type { Kind } from '../definitions/kind.ts';
import { resourcesTexts } from '../texts/resources.ts';
import { ChangesView } from './changes-view.tsx';
import { ProbeView } from './probe-view.tsx';
import { addressOfResource } from './resource-address.ts';
import { RESOURCE_FORM } from './sections.ts';

/** Resources in the editor. */
export const RESOURCE: Kind = {
  folder: 'resources',
  form: RESOURCE_FORM,
  blank: { origin: { url: '' } },
  address: addressOfResource,
  newTitle: () => resourcesTexts().newResource,
  Changes: ChangesView,
  Probe: ProbeView,
};
