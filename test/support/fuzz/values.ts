/** Values that match a JSON Schema in the form of our OpenAPI text, and values that almost match. */
import fc from 'fast-check';
import type { JsonSchema } from '../openapi-contract.ts';

/** Arbitraries by member name, for members whose schema says too little: titles, ids, addresses. */
export type Words = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Values that no schema of ours expects, or only just. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -0, -1, 1.5, 1e21, 2 ** 53, '', ' ', '*', '%', '%00', '\0', '\n', '\ud800', '__proto__'],
    ...[
      '../..',
      'constructor',
      "' OR 1=1 --",
      '<script>',
      '$' + '{ORIGIN_TEST_TOKEN}',
      '{_user}',
      'é',
      'e\u0301',
      '🚜',
    ],
    ...['x'.repeat(129), 'x'.repeat(5000), [], {}, [[]], { '': {} }, { __proto__: null, a: 1 }],
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
);

/** Values that match the schema. */
export function fitting(schema: JsonSchema, words: Words, name = ''): fc.Arbitrary<unknown> {
  const word = words[name];
  if (word !== undefined) return word;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) return fc.oneof(...branches.map((branch) => fitting(branch as JsonSchema, words, name)));
  switch (schema.type) {
    case 'object':
      return object(schema, words);
    case 'array':
      return fc.array(fitting((schema.items ?? {}) as JsonSchema, words), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: Math.min(Number(schema.maxItems ?? 3), 3),
      });
    case 'integer':
      return fc.integer({
        min: Number(schema.minimum ?? 0),
        max: Math.min(Number(schema.maximum ?? 100), 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({ min: Number(schema.minimum ?? 0), max: Number(schema.maximum ?? 100), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return text(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Mostly values that match the schema; the others are changed in one place, or are something else. */
export function nearlyFitting(schema: JsonSchema, words: Words, name = ''): fc.Arbitrary<unknown> {
  const good = fitting(schema, words, name);
  return fc.oneof(
    { weight: 6, arbitrary: good },
    { weight: 3, arbitrary: changed(good) },
    { weight: 1, arbitrary: junk },
  );
}

/** An object with one member too many, one missing, or one of another kind, at any depth. */
function changed(good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(good, fc.nat(), fc.nat(2), fc.oneof(junk, fc.constant('x')), fc.string())
    .map(([value, at, how, other, name]) => {
      const copy: unknown = structuredClone(value);
      const places = objectsIn(copy);
      const place = places[at % Math.max(places.length, 1)];
      if (place === undefined) return other;
      const names = Object.keys(place);
      const member = names[at % Math.max(names.length, 1)] ?? name;
      if (how === 0) delete place[member];
      else
        Object.defineProperty(place, how === 1 ? member : name, {
          value: other,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      return copy;
    });
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}

function object(schema: JsonSchema, words: Words): fc.Arbitrary<unknown> {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = (schema.required ?? []) as string[];
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, part]) => {
      const value = fitting(part, words, name);
      // A member with a word is always there: its default value would make the run slow.
      const always = required.includes(name) || name in words;
      return [name, always ? value : fc.option(value, { nil: undefined, freq: 2 })];
    }),
  );
  const named = fc.record(members).map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);
  if (typeof schema.additionalProperties !== 'object') return named;
  const others = fc.dictionary(
    fc.string({ maxLength: 10 }),
    fitting(schema.additionalProperties as JsonSchema, words),
    { maxKeys: 2 },
  );
  return fc.tuple(named, others).map(([one, other]) => ({ ...other, ...one }));
}

function text({ pattern, format, minLength, maxLength }: JsonSchema): fc.Arbitrary<unknown> {
  if (format === 'uuid') return fc.uuid();
  if (typeof pattern === 'string') return matching(pattern);
  return fc.string({ minLength: Number(minLength ?? 0), maxLength: Math.min(Number(maxLength ?? 20), 40) });
}

/** The library cannot handle every regular expression, such as those with Unicode properties. */
function matching(pattern: string): fc.Arbitrary<unknown> {
  try {
    return fc.stringMatching(new RegExp(pattern, 'u'));
  } catch {
    return fc.constantFrom('text/csv', '/items', 'a', '');
  }
}
