/** Definitions for tests. */
import * as v from 'valibot';
import { Resource } from '../../src/contract/resource.ts';

/** The defaults of CONTRACT 4: those of `origin`, and the others. */
export const ORIGIN_DEFAULTS = {
  method: 'GET',
  headers: {},
  timeout_s: 30,
  max_bytes: 33554432,
  conditional: true,
  redirects: 'same',
};
export const TABLE_DEFAULTS = { single: false, missing: 'fail', short_rows: 'fail' };
export const DEFAULTS = {
  parameters_max_bytes: 2048,
  scope: 'shared',
  format: 'json',
  ttl_s: 3600,
  stale_while_revalidate_s: 0,
  stale_if_error_s: 86400,
  error_ttl_s: 30,
  refresh_min_s: 0,
  wait_s: 10,
  retry: { max_attempts: 5, backoff_s: 2 },
  retain_versions: 50,
};

/** A definition with its defaults; `more` overrides members in the form of a request. */
export function sampleResource(more: Partial<v.InferInput<typeof Resource>> = {}): Resource {
  return v.parse(Resource, { origin: { url: 'https://erp.example.com/data' }, ...more });
}
