/** Requests to a measured Worker, and how long they take. */

import { Agent, request } from 'node:http';

export interface Call {
  method?: string;
  token?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** The status that is the right answer. Default: 200. */
  expected?: number;
}

export interface Answer {
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
  /** From the request to the answer's last byte, ms. */
  ms: number;
}

// One connection that stays: what is measured is the service, not TCP.
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** One request; a `path` without a leading `/` stands below `/api/v1`. @throws Error for any other status than the expected one */
export function send(url: string, path: string, call: Call = {}): Promise<Answer> {
  const { method = 'GET', token, headers = {}, body, expected = 200 } = call;
  const target = path.startsWith('/') ? path : `/api/v1/${path}`;
  const content = body === undefined ? undefined : JSON.stringify(body);
  const all = {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(content === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const sent = request(url + target, { method, headers: all, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const ms = performance.now() - startedAt;
        const answer = { headers: response.headers, body: Buffer.concat(chunks), ms };
        if (response.statusCode === expected) resolve(answer);
        else
          reject(new Error(`${method} ${target} was answered ${response.statusCode}: ${answer.body.subarray(0, 500)}`));
      });
    });
    sent.on('error', reject);
    sent.end(content);
  });
}

/** The JSON of an answer. */
export function jsonOf<T>({ body }: Answer): T {
  return JSON.parse(body.toString()) as T;
}

/** Refreshes a cache and waits until the task has ended well; ms from the request to the answer that tells so. */
export async function refreshToSuccess(
  url: string,
  token: string,
  values: { resource_title: string; [name: string]: unknown },
): Promise<number> {
  const headers = { Prefer: 'wait=30' };
  const startedAt = performance.now();
  const accepted = await send(url, 'cache/refresh/', { method: 'POST', token, headers, body: values });
  const { task_id } = jsonOf<{ task_id: string }>(accepted);
  for (;;) {
    const { task_state } = jsonOf<{ task_state: string }>(
      await send(url, `cache/state/?task_id=${task_id}`, { token, headers }),
    );
    if (task_state === 'SUCCESS') return performance.now() - startedAt;
    if (task_state === 'FAILURE' || task_state === 'REVOKED') throw new Error(`The refresh ended in ${task_state}.`);
  }
}
