/** Definitions for tests. */
import * as v from 'valibot';
import { Resource } from '../../src/contract/resource.ts';

/** A definition with its defaults; `more` overrides members as on the wire. */
export function sampleResource(more: Partial<v.InferInput<typeof Resource>> = {}): Resource {
  return v.parse(Resource, { origin: { url: 'https://erp.example.com/data' }, ...more });
}
