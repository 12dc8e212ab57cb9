/** The parameters of one resource in its OpenAPI document: in the query, and in bodies. */

import type { Resource } from '../../contract/resource.ts';
import { shownSchema } from '../catalog.ts';
import { isObject } from '../json-value.ts';
import { type ParameterSchema, resolveReference, typesOf } from '../parameter-schema.ts';
import { member } from '../pointer.ts';
import { mapSchema } from '../schema-keywords.ts';
import { type Node, refTo, type SchemaNames } from './components.ts';

/** The parameters as the document describes them. */
export interface TypedParameters {
  /** Named schemas: `ResourceParameters`, the schemas that it refers to, and `RefreshRequest`. */
  schemas: Node;
  /** Query parameters; null: a required parameter is an array or object, which a query cannot express. */
  query: Node[] | null;
  /** Whether names are accepted that the schema does not list. */
  isOpen: boolean;
  /** Whether a body is required. */
  isRequired: boolean;
}

/** Types that only a body can express. */
const NOT_IN_QUERY: ReadonlySet<string> = new Set(['array', 'object']);

/** @param names names of existing schemas; this function adds its own */
export function typedParameters(title: string, definition: Resource, names: SchemaNames): TypedParameters {
  const root = optionalWithDefault(shownSchema(definition));
  const { schemas, part } = namedParts(root, names);
  const required = new Set(textsOf(root.required));
  const properties = Object.entries(isObject(root.properties) ? root.properties : {}).filter(
    ([, schema]) => schema !== false,
  );
  const sendable = properties.filter(([, schema]) =>
    [...typesOf(schema, root)].some((type) => !NOT_IN_QUERY.has(type)),
  );
  const inQueries = new Set(sendable.map(([name]) => name));
  const isOpen = root.additionalProperties !== false || root.patternProperties !== undefined;
  return {
    schemas: { ...schemas, RefreshRequest: refreshBody(title, part(root) as Node, isOpen) },
    query: [...required].every((name) => inQueries.has(name) || (isOpen && member(root.properties, name) === undefined))
      ? sendable.map(([name, schema]) => inQuery(name, part(schema), required.has(name)))
      : null,
    isOpen,
    isRequired: required.size > 0,
  };
}

function inQuery(name: string, schema: unknown, required: boolean): Node {
  const own = isObject(schema) ? schema : {};
  const { description } = own;
  return { in: 'query', name, required, ...(typeof description === 'string' ? { description } : {}), schema: own };
}

/** A parameter with a default is optional: defaults are filled in before the values are checked. */
function optionalWithDefault(schema: ParameterSchema): ParameterSchema {
  if (!isObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).map(([name, each]) => [
    name,
    isObject(each) ? optionalWithDefault(each) : each,
  ]);
  const withDefault = (name: string) => member(member(schema.properties, name), 'default') !== undefined;
  const { required, ...others } = schema;
  const left = textsOf(required).filter((name) => !withDefault(name));
  return {
    ...others,
    properties: Object.fromEntries(properties),
    ...(left.length > 0 ? { required: left } : {}),
  };
}

/**
 * The schema as a component, and a component for each of its parts that it refers to: otherwise its references would
 * point to places in the document. `part` prepares any other part of the schema for the document.
 */
function namedParts(
  root: ParameterSchema,
  names: SchemaNames,
): { schemas: Record<string, unknown>; part: (schema: unknown) => unknown } {
  names.add('ResourceParameters');
  names.add('RefreshRequest');
  const named = new Map([['#', 'ResourceParameters']]);
  const waiting = ['#'];
  const part = (schema: unknown) =>
    mapSchema(schema, ({ $ref: reference, $defs, definitions, $schema, ...others }) => {
      if (typeof reference !== 'string') return others;
      if (!named.has(reference)) {
        named.set(reference, names.make('ResourceParameters', reference.slice(reference.lastIndexOf('/') + 1)));
        waiting.push(reference);
      }
      return { ...others, ...refTo(named.get(reference) ?? '') };
    });
  const schemas: Record<string, unknown> = {};
  for (let reference = waiting.pop(); reference !== undefined; reference = waiting.pop()) {
    const target = resolveReference(root, reference);
    // Many tools do not accept a boolean schema.
    schemas[named.get(reference) ?? ''] = isObject(target) ? part(target) : target === false ? { not: {} } : {};
  }
  return { schemas, part };
}

/** The parameters beside the title. Only `ResourceParameters` has the rules of the schema for all values together. */
function refreshBody(title: string, root: Node, isOpen: boolean): Node {
  const { properties, required, additionalProperties, dependentRequired } = root;
  return {
    type: 'object',
    description:
      'The parameters of the resource beside its title; `ResourceParameters` has all that is demanded of them.',
    properties: { resource_title: { type: 'string', const: title }, ...(isObject(properties) ? properties : {}) },
    required: ['resource_title', ...textsOf(required)],
    additionalProperties: isOpen && root.patternProperties !== undefined ? true : (additionalProperties ?? isOpen),
    ...(dependentRequired === undefined ? {} : { dependentRequired }),
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
