/** A client of the Worker under test, in the same isolate: real routes, stores, objects and queues. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { app } from '../../src/app.ts';
import { API_BASE } from '../../src/contract/constants.ts';
import { type TokenOptions, token } from './token.ts';

export type Headers = Readonly<Record<string, string>>;

/** Sends a request to a path below `/api/v1`, without a token. */
export function send(path: string, init: RequestInit = {}): Promise<Response> {
  return sendRoot(`${API_BASE}${path}`, init);
}

/** Sends a request to a path below the root. */
export function sendRoot(path: string, init: RequestInit = {}): Promise<Response> {
  return sendTo(`http://freshet.test${path}`, init);
}

/** Sends a request to a whole URL. */
export function sendTo(url: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(url, init));
}

/** Sends a request to the same code with other settings and secrets. */
export async function sendUnder(settings: Record<string, unknown>, path: string, init: RequestInit = {}) {
  const context = createExecutionContext();
  const request = new Request(`http://freshet.test${path}`, init);
  const response = await app.fetch(request, { ...env, ...settings } as Env, context);
  await waitOnExecutionContext(context);
  return response;
}

/** Sends requests with one token; paths are below `/api/v1`. */
export class Client {
  readonly #token: Promise<string>;

  /** @example new Client({ user: 'alice', scope: 'cache:admin' }) */
  constructor(options: TokenOptions = {}) {
    this.#token = token(options);
    // If the token cannot be made, the request that needs it fails.
    this.#token.catch(() => {});
  }

  async send(method: string, path: string, headers: Headers = {}, body?: BodyInit): Promise<Response> {
    return send(path, {
      method,
      headers: { Authorization: `Bearer ${await this.#token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  get(path: string, headers: Headers = {}): Promise<Response> {
    return this.send('GET', path, headers);
  }

  head(path: string, headers: Headers = {}): Promise<Response> {
    return this.send('HEAD', path, headers);
  }

  delete(path: string, headers: Headers = {}): Promise<Response> {
    return this.send('DELETE', path, headers);
  }

  /** Sends a value as JSON. */
  post(path: string, value: unknown, headers: Headers = {}): Promise<Response> {
    return this.send('POST', path, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(value));
  }

  put(path: string, value: unknown, headers: Headers = {}): Promise<Response> {
    return this.send('PUT', path, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(value));
  }
}
