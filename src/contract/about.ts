/** Words for the OpenAPI text, beside the schemas that they are about. */

import * as v from 'valibot';

/** A schema with what the OpenAPI text says of it (Markdown: `<` only within backticks). Checks nothing more than it did. */
export function about<const Schema extends v.GenericSchema>(schema: Schema, text: string) {
  return v.pipe(schema, v.description(text));
}
