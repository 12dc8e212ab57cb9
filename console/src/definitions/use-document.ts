/** The service's OpenAPI document, the source of all forms: new members appear in them without a console release. */

import { useEffect, useMemo } from 'preact/hooks';
import { type Query, queryOf } from '../api/query.ts';
import type { Schema } from './schema.ts';

/** The part of the document that the console reads. */
export interface OpenApi {
  components: { schemas: { [name: string]: Schema } };
}

export function useDocument(): Query<OpenApi> {
  const query = useMemo(() => queryOf<OpenApi>('/openapi.json'), []);
  useEffect(() => {
    const stop = query.watch(() => false);
    return () => void stop();
  }, [query]);
  return query;
}
