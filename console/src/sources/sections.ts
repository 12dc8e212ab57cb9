/** The sections of a source's form, and their members. */

import type { FormOf } from '../definitions/definition-form.tsx';

export const SOURCE_FORM: FormOf = {
  schema: 'SourceDefinition',
  name: 'name',
  told: ['state', 'warnings'],
  sections: [
    ['whatItIs', ['description']],
    ['whereItIs', ['url', 'via', 'database']],
    ['whatLetsUsIn', ['headers', 'auth']],
    ['howHard', ['concurrency', 'rate']],
  ],
};
