/** Checks answers of the service against the OpenAPI text that it serves. */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';

export interface JsonSchema {
  [keyword: string]: unknown;
}
export interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  /** `form`: an object whose members are query parameters. */
  style?: string;
  schema: JsonSchema;
}
export interface Operation {
  operationId: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }>;
}
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

/** The document with all references resolved; none of ours is recursive. */
export function dereferenced(document: OpenApiDocument): OpenApiDocument {
  const inPlace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inPlace);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...rest } = value as { $ref?: unknown };
    const others = Object.fromEntries(Object.entries(rest).map(([name, part]) => [name, inPlace(part)]));
    if (typeof $ref !== 'string') return { ...others, ...($ref === undefined ? {} : { $ref: inPlace($ref) }) };
    return { ...(inPlace(named($ref)) as object), ...others };
  };
  const named = (reference: string): unknown =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document);
  return inPlace(document) as OpenApiDocument;
}

/** An answer that has been read. */
export interface Answer {
  status: number;
  headers: Pick<Headers, 'get'>;
  text: string;
  /** Undefined: the body is not JSON. */
  json: unknown;
}

export class OpenApiContract {
  readonly #document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    this.#document = dereferenced(document);
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(this.#document, 'api');
  }

  /** Fails the test unless status, content type, body and problem type of the answer match the text. */
  check(method: string, path: string, { status, headers, text, json }: Answer): void {
    // OPTIONS is not an operation of the text.
    if (method === 'OPTIONS') {
      expect(text).toBe('');
      return;
    }
    const template = this.#template(path);
    const operation = this.#document.paths[template]?.[method.toLowerCase()];
    expect(operation, `${method} ${path} is in the OpenAPI text`).toBeDefined();
    const ofClass = `${Math.floor(status / 100)}XX`;
    const code = [String(status), ofClass].find((name) => operation?.responses[name] !== undefined) ?? 'default';
    const content = operation?.responses[code]?.content;
    const type = headers.get('Content-Type') ?? '';
    if (content === undefined) {
      expect(text, `${method} ${path} ${status} has no body`).toBe('');
      return;
    }
    const described = Object.keys(content).find((name) => essence(name) === essence(type) || name === '*/*');
    expect(described, `${type} of ${method} ${path} ${status} is in the OpenAPI text`).toBeDefined();
    if (described === undefined || json === undefined) return;
    if (described === 'application/problem+json') {
      const told = Object.keys(content[described]?.examples ?? {}).map((name) => `/docs/problems#${name}`);
      expect(told, `problems of ${method} ${path} ${code}`).toContain((json as { type: string }).type);
    }
    const pointer = ['paths', template, method.toLowerCase(), 'responses', code, 'content', described, 'schema'];
    const validate = this.#validatorOf(`api#/${pointer.map(escapeToken).join('/')}`);
    expect(validate(json) ? [] : validate.errors, `body of ${method} ${path} ${status}`).toEqual([]);
  }

  #validatorOf($ref: string): ValidateFunction {
    const validate = this.#validators.get($ref) ?? this.#ajv.compile({ $ref });
    this.#validators.set($ref, validate);
    return validate;
  }

  /** The matching path of the text; literal paths come before those with parameters. */
  #template(path: string): string {
    const wanted = path.replace(/(.)\/$/, '$1').split('/');
    const fits = (template: string): boolean => {
      const parts = template.replace(/(.)\/$/, '$1').split('/');
      return parts.length === wanted.length && parts.every((part, at) => part.startsWith('{') || part === wanted[at]);
    };
    const matches = Object.keys(this.#document.paths).filter(fits);
    return matches.find((template) => !template.includes('{')) ?? matches[0] ?? path;
  }
}

function essence(type: string): string {
  return type.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Escapes a member name for a JSON pointer in a URI fragment (RFC 6901 section 6). */
function escapeToken(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
