/** The OpenAPI text, walked as a whole: what machines and people may rely on in it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { PROBLEMS } from '../../src/contract/problem.ts';
import { dereferenced, type JsonSchema, type OpenApiDocument } from '../support/openapi-contract.ts';

interface Media {
  schema?: JsonSchema;
  examples?: Record<string, { value: unknown }>;
}
interface Described {
  id: string;
  parameters: { name: string; in: string; description?: string }[];
  body: Record<string, Media>;
  responses: [status: string, response: { description: string; headers?: object; content?: Record<string, Media> }][];
}

let document: OpenApiDocument & { components: Record<string, Record<string, JsonSchema>> };
/** Each operation, with what it refers to in place. */
let operations: Described[];

beforeAll(async () => {
  document = JSON.parse(JSON.stringify(await openApiDocument()));
  operations = Object.values(dereferenced(document).paths)
    .flatMap((item) => Object.values(item))
    .map(({ operationId, parameters = [], requestBody, responses }) => ({
      id: operationId,
      parameters,
      body: (requestBody?.content ?? {}) as Record<string, Media>,
      responses: Object.entries(responses) as unknown as Described['responses'],
    }));
});

/** Everything within a value, each with where it stands. */
function* within(value: unknown, at = ''): Generator<[pointer: string, value: unknown]> {
  yield [at, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) yield* within(part, `${at}/${name}`);
}

/** All schemas of objects with members, wherever they stand. */
function* objectSchemas(): Generator<[pointer: string, properties: Record<string, JsonSchema>]> {
  for (const [pointer, value] of within(document)) {
    if (/\/(examples?|value)(\/|$)/.test(pointer)) continue;
    const { type, properties } = (value ?? {}) as JsonSchema;
    if (type === 'object' && properties !== undefined) yield [pointer, properties as Record<string, JsonSchema>];
  }
}

describe('paths', () => {
  it('end in a slash, as README and the published clients write them, except for files and health', () => {
    const files = ['/healthz', '/console/config.json', '/api/v1/catalog/{title}/openapi.json'];
    expect(Object.keys(document.paths).filter((path) => !path.endsWith('/'))).toEqual(files);
  });
});

describe('schemas', () => {
  it('stand inline but where they have two members at most', () => {
    const inline = [...objectSchemas()]
      .filter(
        ([pointer, properties]) => !/^\/components\/schemas\/\w+$/.test(pointer) && Object.keys(properties).length > 2,
      )
      .map(([pointer]) => pointer);
    expect(inline).toEqual([]);
  });

  it('are all referred to, and each reference leads somewhere', () => {
    const named = [...within(document)].flatMap(([pointer, value]) =>
      pointer.endsWith('/$ref') ? [String(value)] : [],
    );
    const parts = Object.entries(document.components)
      .filter(([kind]) => kind !== 'securitySchemes')
      .flatMap(([kind, all]) => Object.keys(all).map((name) => `#/components/${kind}/${name}`));
    const used = new Set(named);
    expect(parts.filter((part) => !used.has(part))).toEqual([]);
    expect([...used].filter((reference) => !parts.includes(reference))).toEqual([]);
  });

  it('say of each member what it is', () => {
    const of = (schema: JsonSchema): unknown =>
      schema.description ?? document.components.schemas?.[String(schema.$ref).split('/').at(-1) ?? '']?.description;
    const silent = [...objectSchemas()].flatMap(([pointer, properties]) =>
      Object.entries(properties).flatMap(([name, schema]) => (of(schema) ? [] : [`${pointer}/${name}`])),
    );
    expect(silent).toEqual([]);
  });

  it('say what they are themselves', () => {
    const silent = Object.entries(document.components.schemas ?? {}).filter(([, { description }]) => !description);
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

describe('operations', () => {
  it('say of each parameter what it does', () => {
    const silent = operations.flatMap(({ id, parameters }) =>
      parameters.filter(({ description }) => !description).map(({ name }) => `${id} ${name}`),
    );
    expect(silent).toEqual([]);
  });

  it('show each body and each successful answer, except for bytes of any type', () => {
    const bare = operations.flatMap(({ id, body, responses }) => {
      const answers = responses.filter(([status]) => status.startsWith('2')).map(([, { content = {} }]) => content);
      return [body, ...answers].flatMap((content) =>
        Object.entries(content).flatMap(([type, { examples }]) =>
          examples || type === '*/*' ? [] : [`${id} ${type}`],
        ),
      );
    });
    expect(bare).toEqual([]);
  });

  it('show nothing that their schemas refuse', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const wrong = operations.flatMap(({ id, body, responses }) =>
      [body, ...responses.map(([, { content = {} }]) => content)].flatMap((content) =>
        Object.values(content).flatMap(({ schema = {}, examples = {} }) =>
          Object.entries(examples).flatMap(([name, { value }]) => {
            const validate = ajv.compile(schema);
            return validate(value) ? [] : [{ id, name, errors: validate.errors }];
          }),
        ),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('name the problem types of each status from 400 on, all of which are of that status', () => {
    for (const { id, responses } of operations) {
      const failures = responses.filter(([status]) => Number(status) >= 400);
      expect(failures.length, id).toBeGreaterThan(0);
      for (const [status, { content }] of failures) {
        // Health reports the stores whatever its status.
        if (id === 'getHealth' && status === '503') continue;
        const codes = Object.keys(content?.['application/problem+json']?.examples ?? {}) as (keyof typeof PROBLEMS)[];
        expect(codes.length, `${id} ${status}`).toBeGreaterThan(0);
        for (const code of codes) expect(`${code} ${PROBLEMS[code].status}`).toBe(`${code} ${status}`);
      }
    }
  });

  it('name every problem between them', () => {
    const named = operations.flatMap(({ responses }) =>
      responses.flatMap(([, { content }]) => Object.keys(content?.['application/problem+json']?.examples ?? {})),
    );
    expect(Object.keys(PROBLEMS).filter((code) => !named.includes(code))).toEqual([]);
  });

  it('report If-None-Match and an ETag wherever there is 304', () => {
    for (const { id, parameters, responses } of operations) {
      const answers = Object.fromEntries(responses);
      if (answers[304] === undefined) continue;
      expect(
        parameters.map(({ name }) => name),
        id,
      ).toContain('If-None-Match');
      expect(Object.keys(answers[200]?.headers ?? {}), id).toContain('ETag');
    }
  });
});

describe('texts', () => {
  it('have no HTML, for which Markdown would take what stands between < and >, outside of code', () => {
    const texts = [...within(document)].filter(([pointer]) => pointer.endsWith('/description'));
    const wrong = texts.filter(([, text]) => typeof text === 'string' && /[<>]/.test(text.replace(/`[^`]*`/g, '')));
    expect(wrong).toEqual([]);
  });

  it('describe each tag', () => {
    const { tags } = document as unknown as { tags: { name: string; description?: string }[] };
    const used = new Set(
      Object.values(document.paths)
        .flatMap((item) => Object.values(item))
        .flatMap(({ tags: of }) => of),
    );
    expect(tags.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
    for (const { name, description } of tags) expect(description, name).toBeTruthy();
  });
});
