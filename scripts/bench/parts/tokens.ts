/** What verifying a token costs: one that was seen before and one that was not, symmetric (HS256) and asymmetric (ES256). */

import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { LocalWorker } from '../lib/local-worker.ts';
import { demand } from '../load/call.ts';
import { measure } from '../load/measure.ts';
import type { Shot } from '../load/wrk.ts';
import { type Server, USER } from '../operations/operation.ts';
import { authorized, define, load } from '../operations/stage.ts';
import { median } from '../statistics.ts';
import type { Figure, Part } from './part.ts';

/** More than any isolate keeps of those that it has verified. */
const TOKENS = 20_000;
const DAY_S = 86_400;

type Sign = (jti: number) => Promise<string>;

export const tokens: Part = async (setting, plan) => {
  const symmetric = await LocalWorker.start({ script: setting.service });
  const hs256 = await figuresOf('HS256', symmetric, hmacSigner(symmetric.secret), setting.originUrl, plan);
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const vars = { JWT_SECRET: '', JWT_PUBLIC_KEY: JSON.stringify(await exportJWK(publicKey)) };
  const asymmetric = await LocalWorker.start({ script: setting.service, vars });
  return [...hs256, ...(await figuresOf('ES256', asymmetric, signer('ES256', privateKey), setting.originUrl, plan))];
};

async function figuresOf(
  algorithm: string,
  worker: LocalWorker,
  sign: Sign,
  originUrl: string,
  { connections, seconds, rounds, patienceS, tell }: Parameters<Part>[1],
): Promise<Figure[]> {
  const server: Server = { url: worker.url, pids: worker.pids, token: () => sign(0) };
  try {
    const lines = await Promise.all(Array.from({ length: TOKENS }, (_, at) => sign(at)));
    const figures: Figure[] = [];
    for (const [name, { shot, status }] of Object.entries(await shotsOf(server, originUrl))) {
      for (const kind of ['seen before', 'new each time'] as const) {
        const isNew = kind === 'new each time';
        const changing = { ...shot, headers: { ...shot.headers, Authorization: 'Bearer {line}' }, lines, count: 0 };
        const fault = (answer: { status: number }) => (answer.status === status ? null : `${answer.status}`);
        const target = { ...server, shot: isNew ? changing : shot, fault };
        const measured = [];
        for (let round = 1; round <= rounds; round += 1) {
          measured.push(await measure(target, { connections: connections[0], seconds, patienceS }));
        }
        const what = `${name}, ${algorithm}, token ${kind}`;
        const perS = median(measured.map((one) => one.perS));
        const cpuMs = median(measured.map((one) => one.cpuMs));
        tell(`${what}: ${Math.round(perS)}/s, ${cpuMs.toFixed(2)} ms of CPU`);
        figures.push({ what: `${what}: rate`, value: perS, unit: '/s', most: null });
        figures.push({ what: `${what}: CPU a request`, value: cpuMs, unit: 'ms', most: null });
      }
    }
    return figures;
  } finally {
    await worker.stop();
  }
}

async function shotsOf(server: Server, originUrl: string): Promise<Record<string, { shot: Shot; status: number }>> {
  await define({ service: server, originUrl }, 'weather');
  const taskId = await load(server, 'weather');
  const headers = await authorized(server);
  const path = '/api/v1/rpc/weather/?year=2026';
  const etag = (await demand(200, server.url, { path, headers })).headers.get('ETag') ?? '';
  return {
    state: { shot: { path: `/api/v1/cache/state/?task_id=${taskId}`, headers }, status: 200 },
    'rpc 304': { shot: { path, headers: { ...headers, 'If-None-Match': etag } }, status: 304 },
  };
}

function hmacSigner(secret: string): Sign {
  return signer('HS256', new TextEncoder().encode(secret));
}

function signer(algorithm: string, key: CryptoKey | Uint8Array): Sign {
  const claims = { scope: 'cache:read cache:refresh cache:admin' };
  const expiresAt = Math.floor(Date.now() / 1000) + DAY_S;
  return (jti) =>
    new SignJWT({ ...claims, jti: String(jti) })
      .setProtectedHeader({ alg: algorithm })
      .setSubject(USER)
      .setExpirationTime(expiresAt)
      .sign(key);
}
