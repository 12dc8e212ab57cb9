/** Calls to a service, each answer held against the OpenAPI text that the service itself serves. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import type { Service } from './service.ts';

interface Operation {
  responses: Record<string, { content?: Record<string, unknown> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

export interface Call {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: unknown;
}

/** Speaks for one token. */
export class Api {
  readonly #service: Service;
  readonly #token: string | undefined;
  readonly #contract: Contract;

  private constructor(service: Service, token: string | undefined, contract: Contract) {
    this.#service = service;
    this.#token = token;
    this.#contract = contract;
  }

  static async of(service: Service, token?: string): Promise<Api> {
    return new Api(service, token, await Contract.of(service));
  }

  /** The same service, for another token. */
  as(token: string | undefined): Api {
    return new Api(this.#service, token, this.#contract);
  }

  /** `path` is below `/api/v1`, or absolute with a leading `/`. */
  async call(path: string, { method = 'GET', headers, body }: Call = {}): Promise<Answer> {
    const target = path.startsWith('/') ? path : `/api/v1/${path}`;
    const response = await fetch(`${this.#service.url}${target}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('Content-Type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
    this.#contract.check(method, new URL(target, this.#service.url).pathname, answer);
    return answer;
  }
}

class Contract {
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  private constructor(document: Document) {
    this.#document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, 'api');
  }

  static async of(service: Service): Promise<Contract> {
    const response = await fetch(`${service.url}/api/v1/openapi.json`);
    expect(response.status).toBe(200);
    return new Contract(await response.json<Document>());
  }

  check(method: string, path: string, { status, headers, text, json }: Answer): void {
    // A 304 and the answer to OPTIONS have no body to describe.
    if (status === 304 || method === 'OPTIONS') {
      expect(text).toBe('');
      return;
    }
    const template = this.#template(path);
    const operation = this.#document.paths[template]?.[method.toLowerCase()];
    expect(operation, `${method} ${path} is in the OpenAPI text`).toBeDefined();
    const code = operation?.responses[status] === undefined ? 'default' : String(status);
    const content = operation?.responses[code]?.content;
    const type = headers.get('Content-Type') ?? '';
    if (content === undefined) {
      // What /rpc/ answers with is the origin's and has no description.
      if (!path.startsWith('/api/v1/rpc/')) expect(text, `${method} ${path} ${status} has no body`).toBe('');
      return;
    }
    const described = Object.keys(content).find((name) => essence(name) === essence(type) || name === '*/*');
    expect(described, `${type} of ${method} ${path} ${status} is in the OpenAPI text`).toBeDefined();
    if (described === undefined || json === undefined) return;
    const pointer = ['paths', template, method.toLowerCase(), 'responses', code, 'content', described, 'schema'];
    const validate = this.#ajv.compile({ $ref: `api#/${pointer.map(escapeToken).join('/')}` });
    expect(validate(json) ? [] : validate.errors, `body of ${method} ${path} ${status}`).toEqual([]);
  }

  /** The path of the text that fits, literal ones before those with parameters. */
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

/** A member name within a JSON pointer within a URI fragment (RFC 6901 section 6). */
function escapeToken(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
