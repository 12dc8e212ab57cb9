/**
 * What clients may rely on, from an OpenAPI text: one line for each operation, parameter, status, and member of a JSON
 * body. Descriptions, examples and names of schemas do not count. The lines of two releases differ where their APIs do.
 */

interface Schema {
  type?: string | string[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  enum?: unknown[];
  const?: unknown;
}
interface Parameter {
  $ref?: string;
  in?: string;
  name?: string;
  required?: boolean;
}
type Content = Record<string, { schema?: Schema }>;
interface Operation {
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Record<string, { $ref?: string; content?: Content }>;
}
export interface OpenApiText {
  paths: Record<string, Record<string, Operation>>;
  components?: object;
}

/** Deeper members belong to a resource's own parameters. */
const MAX_DEPTH = 8;

/**
 * Returns the lines, sorted: `GET /cache`, `GET /cache ?limit`, `GET /cache 200`, `GET /cache 200 [].user`, `POST
 * /cache/refresh < resource_title!` (`<`: in the request body; `!`: required), `… .task_state = PENDING`.
 */
export function apiSurface(text: OpenApiText): string[] {
  const lines = Object.entries(text.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${shortPath(path)}`;
      return [name, ...operationLines(text, operation).map((line) => `${name} ${line}`)];
    }),
  );
  return [...new Set(lines)].toSorted();
}

/** Both forms of a path, with and without a trailing slash, count as one. All paths are below the API's base. */
function shortPath(path: string): string {
  const below = path.replace(/^\/api\/v1(?=\/)/, '');
  return below.length > 1 ? below.replace(/\/$/, '') : below;
}

function* operationLines(text: OpenApiText, operation: Operation): Generator<string> {
  for (const given of operation.parameters ?? []) {
    const { in: place, name = '', required = false } = resolve(text, given);
    // Some releases describe standard HTTP headers and others do not.
    if (place === 'query') yield `?${name}${required ? '!' : ''}`;
  }
  for (const { schema } of jsonOf(operation.requestBody?.content)) {
    for (const line of memberLines(text, schema, { isSent: true })) yield `< ${line}`;
  }
  for (const [status, given] of Object.entries(operation.responses ?? {})) {
    if (!status.startsWith('2')) continue;
    yield status;
    const { content } = resolve(text, given);
    for (const { schema } of jsonOf(content)) {
      for (const line of memberLines(text, schema, { isSent: false })) yield `${status} ${line}`;
    }
  }
}

function jsonOf(content: Content = {}): { schema: Schema }[] {
  return Object.entries(content)
    .filter(([type]) => /^application\/json\b/.test(type))
    .flatMap(([, { schema }]) => (schema === undefined ? [] : [{ schema }]));
}

/**
 * Returns the members of a JSON value by their paths. In an answer, members that are always present also end in `!`.
 */
function memberLines(text: OpenApiText, schema: Schema, options: { isSent: boolean }): string[] {
  const lines: string[] = [];
  walk(schema, '', new Set(), 0, false);
  return lines;

  /** @param isOneWay one of several forms of the value: no member in it is required */
  function walk(given: Schema, at: string, seen: ReadonlySet<string>, depth: number, isOneWay: boolean): void {
    if (depth > MAX_DEPTH || (given.$ref !== undefined && seen.has(given.$ref))) return;
    const within = given.$ref === undefined ? seen : new Set([...seen, given.$ref]);
    const found = resolve(text, given);
    const choice = [...(found.anyOf ?? []), ...(found.oneOf ?? [])].filter(({ type }) => type !== 'null');
    for (const part of choice) walk(part, at, within, depth, isOneWay || choice.length > 1);
    for (const part of found.allOf ?? []) walk(part, at, within, depth, isOneWay);
    for (const value of found.const === undefined ? (found.enum ?? []) : [found.const]) {
      if (value !== null) lines.push(`${at} = ${value}`);
    }
    if (found.items !== undefined) walk(found.items, `${at}[]`, within, depth + 1, isOneWay);
    if (typeof found.additionalProperties === 'object') {
      walk(found.additionalProperties, `${at}.*`, within, depth + 1, isOneWay);
    }
    for (const [name, member] of Object.entries(found.properties ?? {})) {
      const path = at === '' ? name : `${at}.${name}`;
      const isSure = found.required?.includes(name) && !(options.isSent && isOneWay);
      lines.push(`${path}${isSure ? '!' : ''}`);
      walk(member, path, within, depth + 1, isOneWay);
    }
  }
}

/** Follows a reference, `#/components/…`. */
function resolve<T extends { $ref?: string }>(text: OpenApiText, given: T): T {
  if (given.$ref === undefined) return given;
  const path = given.$ref.replace(/^#\//, '').split('/');
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], text) as T;
}
