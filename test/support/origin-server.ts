/**
 * A real origin on 127.0.0.1 for the tests, started once. Each test uses its own name in the path, so that files run in parallel:
 * `PUT /<name>` with `{"status":200,"headers":{},"body":"…","delay_ms":0,"bytes_per_chunk":0,"cut_after":null}`
 * sets the answer. Any other request to `/<name>/…` gets that answer and is counted. `GET /_log/<name>` returns the requests:
 * `[{"method","path","headers","body"}]`.
 */
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { TestProject } from 'vitest/node';
import { imitate } from './imitations/misbehave.ts';
import type { OriginAnswer } from './origin.ts';
import { soapAnswer } from './soap-service.ts';

interface Seen {
  method: string;
  path: string;
  headers: Record<string, unknown>;
  body: string;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const answers = new Map<string, OriginAnswer>();
  const seen = new Map<string, Seen[]>();
  const held = new Map<string, (() => void)[]>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    const [, first = '', second = ''] = path.split(/[/?]/);
    const body = await text(request);
    if (first === '_log') {
      response.end(JSON.stringify(seen.get(second) ?? []));
      return;
    }
    if (first === '_report') {
      keepRow(JSON.parse(body));
      response.end();
      return;
    }
    if (request.method === 'PUT') {
      answers.set(first, JSON.parse(body) as OriginAnswer);
      for (const release of held.get(first) ?? []) release();
      held.delete(first);
      response.end();
      return;
    }
    const log = seen.get(first) ?? [];
    seen.set(first, log);
    const asked = { method: request.method ?? '', path, headers: request.headers, body };
    log.push(asked);
    if (answers.get(first)?.hold) {
      await new Promise<void>((release) => held.set(first, [...(held.get(first) ?? []), release]));
    }
    const answer = answers.get(first) ?? { status: 404, body: 'nothing set' };
    if (answer.next !== undefined) answers.set(first, answer.next);
    if (answer.hang) return;
    await sleep(answer.delay_ms ?? 0);
    const echoed = answer.echo ? { ...answer, body: JSON.stringify(asked) } : answer;
    if (answer.imitate !== undefined) {
      const { pathname, searchParams: query } = new URL(path.slice(first.length + 1), 'http://system');
      const base = `http://${request.headers.host}/${first}`;
      await give(await imitate(base, answer.imitate, { ...asked, path: pathname, query }), response);
      return;
    }
    const told = answer.soap ? { ...answer, ...soapAnswer(answer.soap.version, asked, answer.soap.key) } : echoed;
    if (answer.raw === undefined) await give(told, response);
    else request.socket.end(answer.raw);
  });
  // A connection that closes just when the Worker reuses it would look like a failing origin.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('originUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

/** Appends a row to the reports of `npm run reliability`, which sets their folder. */
function keepRow({ table, ...row }: { table: string; id: string; row: object }): void {
  const folder = process.env.RELIABILITY_REPORTS;
  if (folder !== undefined) appendFileSync(join(folder, `${table}.jsonl`), `${JSON.stringify(row)}\n`);
}

const CODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};

/** JSON, unless a body does not look like it. */
function usualType(text: string): string {
  return text === '' || /^[A-Za-z<]/.test(text) ? 'text/plain' : 'application/json';
}

async function give(answer: OriginAnswer, response: ServerResponse): Promise<void> {
  const text = Buffer.from((answer.body ?? '').repeat(answer.times ?? 1), answer.latin1 ? 'latin1' : 'utf8');
  const plain = answer.bytes === undefined ? text : Buffer.from(answer.bytes);
  const codings = answer.codings ?? [];
  const coded = codings.reduce((inner, coding) => CODERS[coding.toLowerCase()]?.(inner) ?? inner, plain);
  const bytes = coded.subarray(0, coded.length - (answer.content_cut ?? 0));
  const coding = codings.length > 0 ? { 'Content-Encoding': codings.join(', ') } : {};
  const type = { 'Content-Type': usualType(answer.body ?? '') };
  response.sendDate = answer.headers?.Date === undefined && answer.dateless !== true;
  response.writeHead(answer.status ?? 200, { ...type, ...coding, ...answer.headers });
  const end = answer.cut_after ?? bytes.length;
  const size = answer.bytes_per_chunk || bytes.length || 1;
  for (let at = 0; at < end && !response.destroyed; at += size) {
    if (answer.chunk_delay_ms !== undefined) await sleep(answer.chunk_delay_ms);
    response.write(bytes.subarray(at, Math.min(at + size, end)));
  }
  if (answer.cut_after != null) response.destroy();
  else response.end();
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
