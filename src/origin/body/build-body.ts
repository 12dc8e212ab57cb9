/** The body of one request: the definition's template, filled with the values of the cache. */

import { LoadFailure } from '../../contract/problem.ts';
import type { Json, Parameters } from '../../ports/entry.ts';
import { type BodyTemplate, filledJson, filledText, parameterAlone } from './body-template.ts';
import { bodyType, ESCAPES, isWritable, textOf } from './body-types.ts';

/** Longest body, in characters: a placeholder can occur many times in the template. */
const MAX_LENGTH = 1_048_576;

/** What a body is built from. */
export interface BodyInput {
  /** Parameters by name, and the user name as `_user`. */
  values: Parameters;
  /** The declared content type; null: none. */
  contentType: string | null;
  /** @throws LoadFailure `misconfigured` */
  secret(name: string): string;
}

/**
 * The body as a text.
 *
 * @throws LoadFailure `invalid-parameters` if a value cannot be written or makes the body too long; `misconfigured` for
 * such secrets
 */
export function buildBody(template: BodyTemplate, { values, contentType, secret }: BodyInput): string {
  let length = 0;
  const counted = (text: string) => {
    length += text.length;
    if (length > MAX_LENGTH) throw unfit(`make the body of the request longer than ${MAX_LENGTH} characters`);
    return text;
  };
  if (typeof template !== 'string') {
    const json = filledJson(template, (text) => {
      const name = parameterAlone(text);
      if (name === undefined) return counted(filledText(text, { secret, parameter: (other) => `{${other}}` }));
      const value = own(values, name);
      if (value !== undefined) counted(JSON.stringify(value));
      return value;
    });
    return JSON.stringify(json);
  }
  const type = bodyType(contentType ?? '');
  if (type === null || type === 'json') {
    throw new LoadFailure(
      'misconfigured',
      'The body of the request has no content type that values can be written into.',
    );
  }
  return filledText(template, {
    secret: (name) => {
      const value = secret(name);
      if (isWritable(value)) return counted(ESCAPES[type](value));
      const adminDetail = `The secret ${name} holds control characters, which the body of the request cannot have.`;
      throw new LoadFailure('misconfigured', 'A secret of the origin does not fit into the request.', { adminDetail });
    },
    parameter: (name) => {
      const text = textOf(own(values, name));
      if (!isWritable(text))
        throw unfit('hold control characters or half a character, which the body of the request cannot have');
      return counted(ESCAPES[type](text));
    },
  });
}

function own(values: Parameters, name: string): Json | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function unfit(what: string): LoadFailure {
  return new LoadFailure('invalid-parameters', `The parameters ${what}.`);
}
