/** Cost of verifying a token that was seen before and one that was not, symmetric (HS256) and asymmetric (ES256). */

import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Api, type Server } from '../../harness/api.ts';
import { LocalWorker } from '../../harness/local-worker.ts';
import { type Plan, sideOf } from '../compare.ts';
import { type Measured, measure, type Target } from '../load/measure.ts';
import { type Shot, statusFault } from '../load/shot.ts';
import { define } from '../operations/stage.ts';
import type { Figure, Part } from './part.ts';

/** More tokens than an isolate keeps as verified. */
const TOKENS = 20_000;
const DAY_S = 86_400;
const PATH = '/api/v1/rpc/weather/?year=2026';

/** Signs a token of the user; each number makes a different one. */
type Sign = (number: number) => Promise<string>;

export const tokens: Part = async ({ service: script, origin }, plan) => {
  const figures: Figure[] = [];
  for (const algorithm of ['HS256', 'ES256'] as const) {
    const { worker, sign } = await startWith(algorithm, script);
    try {
      const server: Server = { url: worker.url, pids: worker.pids, token: () => sign(0) };
      for (const [what, target] of await targetsOf(server, origin.url, sign)) {
        figures.push(...(await figuresOf(`${what}, ${algorithm}`, target, plan)));
      }
    } finally {
      await worker.stop();
    }
  }
  return figures;
};

async function startWith(algorithm: 'HS256' | 'ES256', script: string): Promise<{ worker: LocalWorker; sign: Sign }> {
  if (algorithm === 'HS256') {
    const worker = await LocalWorker.start({ script });
    return { worker, sign: signer(algorithm, new TextEncoder().encode(worker.secret)) };
  }
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const vars = { JWT_SECRET: '', JWT_PUBLIC_KEY: JSON.stringify(await exportJWK(publicKey)) };
  return { worker: await LocalWorker.start({ script, vars }), sign: signer(algorithm, privateKey) };
}

function signer(algorithm: string, key: CryptoKey | Uint8Array): Sign {
  const expiresAt = Math.floor(Date.now() / 1000) + DAY_S;
  return (number) =>
    new SignJWT({ scope: 'cache:read cache:refresh cache:admin', jti: String(number) })
      .setProtectedHeader({ alg: algorithm })
      .setSubject('bench')
      .setExpirationTime(expiresAt)
      .sign(key);
}

/** The two cheapest operations, with the same token each time and with a different one each time. */
async function targetsOf(server: Server, originUrl: string, sign: Sign): Promise<[what: string, Target][]> {
  await define({ service: server, originUrl }, 'weather');
  const api = new Api(server);
  const { taskId } = await api.refresh('weather', { year: 2026 });
  await api.ended(taskId);
  const headers = await api.authorized();
  const etag = (await api.ask(PATH)).headers.etag ?? '';
  const lines = await Promise.all(Array.from({ length: TOKENS }, (_, number) => sign(number)));
  const both = (what: string, path: string, status: number, more: Record<string, string>): [string, Target][] => {
    const target = (how: Pick<Shot, 'lines' | 'count'>, head: Record<string, string>): Target => ({
      url: server.url,
      pids: server.pids,
      shot: { path, headers: { ...head, ...more }, ...how },
      fault: (answer) => statusFault(answer, status),
    });
    return [
      [`${what}, token seen before`, target({}, headers)],
      [`${what}, new token each time`, target({ lines, count: 0 }, { Authorization: 'Bearer {line}' })],
    ];
  };
  return [
    ...both('state', `/api/v1/cache/state/?task_id=${taskId}`, 200, {}),
    ...both('rpc 304', PATH, 304, { 'If-None-Match': etag }),
  ];
}

async function figuresOf(
  what: string,
  target: Target,
  { connections: [connections], seconds, rounds, patienceS, tell }: Plan,
): Promise<Figure[]> {
  const measured: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    measured.push(await measure(target, { connections, seconds, patienceS }));
  }
  const { perS, cpuMs } = sideOf(measured);
  tell(`${what}: ${Math.round(perS)}/s, ${cpuMs.toFixed(2)} ms of CPU`);
  return [
    { what: `${what}: rate`, value: perS, unit: '/s', most: null },
    { what: `${what}: CPU a request`, value: cpuMs, unit: 'ms', most: null },
  ];
}
