/** Adds descriptions for the OpenAPI text to schemas. */

import * as v from 'valibot';

/** A schema with its description in the OpenAPI text (Markdown: `<` only within backticks). Validation does not change. */
export function about<const Schema extends v.GenericSchema>(schema: Schema, text: string) {
  return v.pipe(schema, v.description(text));
}
