/** The service's own OpenAPI document, from which the form of a definition is made: members that come are in it by themselves. */

import { useEffect, useMemo } from 'preact/hooks';
import { type Query, queryOf } from '../api/query.ts';
import type { Schema } from './schema.ts';

/** As much of it as is read here. */
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
