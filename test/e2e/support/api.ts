/** Calls a service, and checks each answer against the OpenAPI text that the service itself serves. */

import { expect } from 'vitest';
import { type Answer as Answered, OpenApiContract, type OpenApiDocument } from '../../support/openapi-contract.ts';
import type { Service } from './service.ts';

export interface Call {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}
export interface Answer extends Answered {
  headers: Headers;
}

/** Speaks for one token. */
export class Api {
  readonly #service: Service;
  readonly #token: string | undefined;
  readonly #contract: OpenApiContract;

  private constructor(service: Service, token: string | undefined, contract: OpenApiContract) {
    this.#service = service;
    this.#token = token;
    this.#contract = contract;
  }

  static async of(service: Service, token?: string): Promise<Api> {
    return new Api(service, token, await contractOf(service));
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

async function contractOf(service: Service): Promise<OpenApiContract> {
  const response = await fetch(`${service.url}/api/v1/openapi.json`);
  expect(response.status).toBe(200);
  return new OpenApiContract(await response.json<OpenApiDocument>());
}
