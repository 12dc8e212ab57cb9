/** Fills a running service through its API, as an administrator and some devices would. Can be repeated safely. */

import { setTimeout as sleep } from 'node:timers/promises';
import { DEVICES, type Device, SHOWN_REFRESH, SHOWN_USER } from './devices.ts';
import { demoResources } from './resources.ts';

/** The service to fill, and its origin. */
export interface Target {
  /** The service, `http://127.0.0.1:8787`. */
  service: string;
  /** The demo origin. */
  origin: string;
  /** Makes a token for a user, with `scope` as its claim. */
  sign(user: string, scope?: string): Promise<string>;
}

interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

const WAIT_MS = 120_000;
const POLL_MS = 100;
/** Statuses of a service that is still busy with work from an earlier start: the call is repeated. */
const NOT_YET: ReadonlySet<number> = new Set([202, 429, 502, 503, 504]);

/** Registers the resources and synchronises the devices. @throws Error that says which call failed, and why */
export async function seedDemo(target: Target): Promise<void> {
  const admin = await target.sign('admin', 'cache:admin');
  for (const [title, definition] of Object.entries(demoResources(target.origin))) {
    await call(target, admin, `resources/${title}/`, { method: 'PUT', body: definition });
  }
  await Promise.all(DEVICES.map((device) => synchronise(target, device)));
}

/** Refreshes a cache, and waits a while for the task to end. @returns the task id */
export async function refreshOnce(target: Target): Promise<string> {
  const token = await target.sign(SHOWN_USER);
  const asked = await call<{ task_id: string }>(target, token, 'cache/refresh/', {
    method: 'POST',
    body: SHOWN_REFRESH,
  });
  const headers = { Prefer: 'wait=30' };
  await call(target, token, `cache/state/?task_id=${asked.task_id}`, { headers });
  return asked.task_id;
}

/** Reads the device's caches, then waits until the service lists the records, which travel through a queue. */
async function synchronise(target: Target, { user, device, reads }: Device): Promise<void> {
  const token = await target.sign(user);
  for (const { resource, parameters } of reads) {
    const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
    const headers = { 'X-Device-Id': device, Prefer: 'wait=30' };
    await call(target, token, `rpc/${resource}/?${query}`, { headers });
  }
  const deadline = Date.now() + WAIT_MS;
  while ((await call<unknown[]>(target, token, `cache/?device=${device}`)).length < reads.length) {
    if (Date.now() > deadline) throw new Error(`The records of ${device} do not show after ${WAIT_MS / 1000} s.`);
    await sleep(POLL_MS);
  }
}

async function call<T>(
  target: Target,
  token: string,
  path: string,
  { method = 'GET', headers, body }: Call = {},
): Promise<T> {
  for (const deadline = Date.now() + WAIT_MS; ; await sleep(POLL_MS)) {
    const response = await fetch(`${target.service}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 200 || response.status === 201) return JSON.parse(text) as T;
    if (NOT_YET.has(response.status) && Date.now() < deadline) continue;
    throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
  }
}
