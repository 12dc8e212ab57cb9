/** The members of a definition, one line each, from the same schema and descriptions as the OpenAPI text. */

import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import { Resource } from '../../src/contract/resource.ts';

/** One member; `path` as in the docs: `origin.url`, `tables[].columns[].name`. */
export interface Member {
  path: string;
  /** Type and limits, in words. */
  takes: string;
  /** JSON text; null if it has no default. */
  default: string | null;
  isRequired: boolean;
  description: string;
  /** Whether it contains members. */
  hasMembers: boolean;
}

/** Returns all members of a definition in its order, each before the members in it. */
export function membersOfDefinition(): Member[] {
  return membersOf(toJsonSchema(Resource, { typeMode: 'input', errorMode: 'ignore' }), '');
}

function membersOf(schema: JsonSchema, within: string): Member[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, member]) => {
    if (typeof member === 'boolean') return [];
    const path = `${within}${name}`;
    const inner = [...membersOf(member, `${path}.`), ...membersOfItems(member, `${path}[].`)];
    return [
      {
        path,
        takes: takes(member),
        default: member.default === undefined || isEmpty(member.default) ? null : JSON.stringify(member.default),
        isRequired: required.includes(name),
        description: member.description ?? (inner.length > 0 ? 'Its members follow.' : ''),
        hasMembers: inner.length > 0,
      },
      ...inner,
    ];
  });
}

/** The members of a list's items, or of those forms of them that are objects. */
function membersOfItems({ items }: JsonSchema, within: string): Member[] {
  if (typeof items !== 'object' || Array.isArray(items)) return [];
  return [items, ...(items.anyOf ?? [])].flatMap((form) => (typeof form === 'object' ? membersOf(form, within) : []));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Type and limits in words. */
function takes(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.anyOf !== undefined) {
    const forms = schema.anyOf.map((form) => (typeof form === 'object' ? takes(form) : 'anything'));
    return [...new Set(forms)].join(', or ');
  }
  switch (schema.type) {
    case 'string':
      return `text${span(schema.minLength, schema.maxLength, ' characters')}`;
    case 'integer':
      return `whole number${span(schema.minimum, schema.maximum)}`;
    case 'number':
      return `number${span(schema.minimum, schema.maximum)}`;
    case 'boolean':
      return '`true`, `false`';
    case 'null':
      return '`null`';
    case 'array':
      return `list${span(schema.minItems, schema.maxItems).replace(',', ' of')}: ${itemsOf(schema)}`;
    default:
      return 'object';
  }
}

function itemsOf({ items }: JsonSchema): string {
  return typeof items === 'object' && !Array.isArray(items) ? takes(items) : 'anything';
}

function span(least: number | undefined, most: number | undefined, unit = ''): string {
  if (most === undefined || most === Number.MAX_SAFE_INTEGER)
    return least === undefined ? '' : `, at least ${least}${unit}`;
  return least === undefined ? `, at most ${most}${unit}` : `, ${least} to ${most}${unit}`;
}
