/** The sections of a resource's form, and their members. */

import type { FormOf } from '../definitions/definition-form.tsx';

export const RESOURCE_FORM: FormOf = {
  schema: 'Definition',
  name: 'title',
  told: ['warnings'],
  sections: [
    ['whatItIs', ['description', 'scope', 'groups']],
    ['howAsked', ['origin']],
    ['parameters', ['parameters', 'parameters_max_bytes']],
    ['answer', ['format', 'csv', 'xml', 'charset', 'content_type', 'tables', 'guard']],
    ['howLong', ['ttl_s', 'stale_while_revalidate_s', 'stale_if_error_s', 'error_ttl_s', 'refresh_min_s', 'wait_s']],
    ['whenLoaded', ['schedule', 'live', 'retry', 'retain_versions', 'changes']],
  ],
};
