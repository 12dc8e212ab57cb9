/**
 * The OpenAPI document of one resource (CONTRACT 3 "Catalog"): the operations on data and tasks from the document of
 * the whole API, with the resource's own path, parameters and tables, and without byte ranges. All other texts are the
 * same in both documents.
 */

import { API_BASE } from '../../contract/constants.ts';
import type { DefinedResource, Resource } from '../../contract/resource.ts';
import { isObject } from '../json-value.ts';
import { type Components, type Node, neededComponents, refTo, resolved, SchemaNames } from './components.ts';
import { type TypedParameters, typedParameters } from './typed-parameters.ts';
import { typedTables } from './typed-tables.ts';

const JSON_ESSENCE = 'application/json';
const EVENT_STREAM = 'text/event-stream';
const OF_RANGES: ReadonlySet<unknown> = new Set(['Range', 'If-Range']);

/** The operations of the whole API that also occur in one resource's document, by `operationId`. */
type Operations = ReadonlyMap<string, Node>;

/**
 * Makes the document of a resource.
 *
 * @param api the document of the whole API
 * @throws Error if that document lacks an operation
 */
export function resourceDocument(api: Node, resource: Pick<DefinedResource, 'title' | 'definition'>): Node {
  const { title, definition } = resource;
  const common = (isObject(api.components) ? api.components : {}) as Components;
  const names = new SchemaNames();
  for (const name of Object.keys(common.schemas ?? {})) names.add(name);
  const parameters = typedParameters(title, definition, names);
  const { tables } = definition;
  const own = {
    ...parameters.schemas,
    ...(tables === undefined ? {} : typedTables(tables, definition.format, names)),
  };
  const paths = pathsOf(operationsOf(api), api, resource, parameters);
  const tags = new Set(Object.values(paths).flatMap((path) => Object.values(path as Node).flatMap(tagsOf)));
  return {
    openapi: api.openapi,
    info: { ...(api.info as Node), title, ...descriptionOf(definition) },
    servers: api.servers,
    ...(Array.isArray(api.tags) ? { tags: api.tags.filter((tag: Node) => tags.has(tag.name)) } : {}),
    paths,
    components: neededComponents(paths, { ...common, schemas: { ...common.schemas, ...own } }),
  };
}

function descriptionOf({ description }: Resource): Node {
  return description === undefined ? {} : { description };
}

function operationsOf({ paths }: Node): Operations {
  const operations = Object.values(isObject(paths) ? paths : {}).flatMap((path) => Object.values(path as Node));
  return new Map((operations as Node[]).map((operation) => [String(operation.operationId), operation]));
}

function tagsOf(operation: unknown): unknown[] {
  const { tags } = operation as Node;
  return Array.isArray(tags) ? tags : [];
}

function pathsOf(
  operations: Operations,
  api: Node,
  { title, definition }: Pick<DefinedResource, 'title' | 'definition'>,
  parameters: TypedParameters,
): Node {
  const operation = (id: string): Node => {
    const found = operations.get(id);
    if (found === undefined) throw new Error(`the document of the API has no operation ${id}`);
    return found;
  };
  const read = (id: string) => withBody(operation(id), definition, api);
  const get = read('readCache');
  const post = read('readCacheByPost');
  return {
    [`${API_BASE}/rpc/${encodeURIComponent(title)}/`]: {
      ...(parameters.query === null
        ? {}
        : { get: { ...get, parameters: [...parameters.query, ...kept(get, api, parameters.isOpen)] } }),
      post: {
        ...post,
        parameters: kept(post, api, false),
        requestBody: requestBody('ResourceParameters', parameters.isRequired),
      },
    },
    [`${API_BASE}/cache/refresh/`]: {
      post: { ...operation('refreshCache'), requestBody: requestBody('RefreshRequest', true) },
    },
    [`${API_BASE}/cache/state/`]: { get: operation('getTaskState') },
  };
}

/** The parameters of a general operation that remain for one resource: headers and, if any name is accepted, the query. */
function kept({ parameters }: Node, api: Node, withQuery: boolean): unknown[] {
  if (!Array.isArray(parameters)) return [];
  return parameters.filter((parameter) => {
    const { in: place, name } = resolved(parameter, api) as Node;
    return (place === 'header' && !OF_RANGES.has(name)) || (place === 'query' && withQuery);
  });
}

function requestBody(schema: string, required: boolean): Node {
  return { required, content: { [JSON_ESSENCE]: { schema: refTo(schema) } } };
}

/** The read of any resource, with the body of this one in its answer. */
function withBody(operation: Node, { tables, content_type: type }: Resource, api: Node): Node {
  // The type of a partial body is unknown, and would make the type of every answer unknown.
  const { 206: _part, 416: _noPart, ...responses } = operation.responses as Node;
  const whole = resolved(responses[200], api) as Node;
  const content = isObject(whole.content) ? whole.content : {};
  const data =
    tables !== undefined
      ? { [JSON_ESSENCE]: { schema: { anyOf: [refTo('Tables'), refTo('Delta')] } } }
      : { [type === undefined ? '*/*' : essence(type)]: {} };
  const stream = content[EVENT_STREAM] === undefined ? {} : { [EVENT_STREAM]: content[EVENT_STREAM] };
  return { ...operation, responses: { ...responses, 200: { ...whole, content: { ...data, ...stream } } } };
}

function essence(type: string): string {
  return type.split(';')[0]?.trim().toLowerCase() ?? type;
}
