/** The service's API, for measurements. */

import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server with this API. */
export interface Server {
  readonly url: string;
  /** The server's processes. */
  readonly pids: readonly number[];
  /** A token of a user, with all scopes. */
  token(user: string): Promise<string>;
}

/** What a request carries besides its address. */
export interface Call {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** A string is sent unchanged, anything else as JSON. */
  body?: unknown;
  signal?: AbortSignal;
}

/** The same with a user, and a check of the answer. */
export interface Ask extends Call {
  user?: string;
  /** The only correct status; null: any. Default: any below 400. */
  expected?: number | null;
}

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** From the request to the last byte, ms. */
  ms: number;
}

const PATIENCE_MS = 300_000;
const POLL_MS = 20;
const MAX_WAIT_S = 30;
const ENDED = ['SUCCESS', 'FAILURE', 'REVOKED'];

// Connections stay open, since the service is measured, not TCP.
const agent = new Agent({ keepAlive: true });

/** Sends one request with node:http, which needs less CPU than fetch. @throws Error if the connection fails or breaks off */
export function send(url: string, call: Call = {}): Promise<Answer> {
  const { method, headers = {}, body, signal } = call;
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const options = {
    agent,
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(content === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(signal && { signal }),
  };
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers: head } = response;
        resolve({ status, headers: head, body: Buffer.concat(chunks), ms: performance.now() - startedAt });
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // A server may close an idle connection just when it is reused. After the head has arrived, the response reports errors.
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(send(url, call));
      else reject(error);
    });
    sent.end(content);
  });
}

/** The JSON of an answer. */
export function jsonOf<T>({ body }: Pick<Answer, 'body'>): T {
  return JSON.parse(body.toString()) as T;
}

/** Whether a task in this state has ended. */
export function hasEnded(state: string): boolean {
  return ENDED.includes(state);
}

/** Requests to one server. A token is signed once per user. */
export class Api {
  readonly #server: Server;
  readonly #user: string;
  readonly #tokens = new Map<string, Promise<string>>();

  /** `user` sends the requests unless another one is named. */
  constructor(server: Server, user = 'bench') {
    this.#server = server;
    this.#user = user;
  }

  /** Headers with a token of the user. */
  async authorized(user = this.#user): Promise<Record<string, string>> {
    const token = this.#tokens.get(user) ?? this.#server.token(user);
    this.#tokens.set(user, token);
    return { Authorization: `Bearer ${await token}` };
  }

  /** Sends a request; a `path` without a leading `/` is below `/api/v1/`. @throws Error with the answer if its status is not as expected */
  async ask(path: string, { user, expected, headers, ...call }: Ask = {}): Promise<Answer> {
    const target = path.startsWith('/') ? path : `/api/v1/${path}`;
    const all = { ...(await this.authorized(user)), ...headers };
    const answer = await send(this.#server.url + target, { ...call, headers: all });
    const isRight = expected === undefined ? answer.status < 400 : expected === null || answer.status === expected;
    if (isRight) return answer;
    const told = answer.body.toString().slice(0, 500);
    throw new Error(`${call.method ?? ''} ${target} was answered ${answer.status}: ${told}`.trim());
  }

  /** Registers a resource or replaces its definition. */
  async define(title: string, definition: object): Promise<void> {
    await this.ask(`resources/${title}/`, { method: 'PUT', body: definition });
  }

  /** Asks for a refresh; returns the id of its task, and its state if the answer has it. `prefer` null: the service holds the request for its default time. */
  async refresh(
    title: string,
    parameters: object = {},
    { prefer = 'respond-async', ...ask }: Ask & { prefer?: string | null } = {},
  ): Promise<{ taskId: string; state: string }> {
    const headers = { ...ask.headers, ...(prefer === null ? {} : { Prefer: prefer }) };
    const answer = await this.ask('cache/refresh/', {
      ...ask,
      headers,
      body: { resource_title: title, ...parameters },
    });
    const { task_id: taskId, task_state: state } = jsonOf<{ task_id: string; task_state: string }>(answer);
    return { taskId, state };
  }

  /** The final state of a task; or, when the patience is over, its state or the status of a refusal. Each request is held for `waitS`. */
  async ended(taskId: string, { patienceMs = PATIENCE_MS, waitS = MAX_WAIT_S } = {}): Promise<string> {
    for (const until = Date.now() + patienceMs; ; ) {
      const leftS = Math.max(0, Math.min(waitS, Math.floor((until - Date.now()) / 1000)));
      const headers = waitS === 0 ? {} : { Prefer: `wait=${leftS}` };
      const answer = await this.ask(`cache/state/?task_id=${taskId}`, { headers, expected: null });
      const { task_state: state = String(answer.status) } = jsonOf<{ task_state?: string }>(answer);
      if (hasEnded(state) || Date.now() >= until) return state;
      await sleep(POLL_MS);
    }
  }

  /**
   * Loads a cache; returns ms from the request to the answer that reports the end. @throws Error unless it is SUCCESS
   */
  async load(title: string, parameters: object = {}, ask: Ask = {}): Promise<number> {
    const startedAt = performance.now();
    const { taskId, state } = await this.refresh(title, parameters, { ...ask, prefer: `wait=${MAX_WAIT_S}` });
    const end = hasEnded(state) ? state : await this.ended(taskId);
    if (end === 'SUCCESS') return performance.now() - startedAt;
    throw new Error(`The load of ${title} ended in ${end}.`);
  }
}
