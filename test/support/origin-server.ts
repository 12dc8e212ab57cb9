/**
 * A real origin on 127.0.0.1 for the tests, started once. Each test uses a name of its own in the path, so that files
 * run side by side: `PUT /<name>` with `{"status":200,"headers":{},"body":"…","delay_ms":0,"bytes_per_chunk":0,"cut_after":null}`
 * sets the answer, any other request to `/<name>/…` is answered so and counted, `GET /_log/<name>` tells what came:
 * `[{"method","path","headers","body"}]`.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  delay_ms?: number;
  /** Write the body in chunks of this size (0: at once). */
  bytes_per_chunk?: number;
  /** Destroy the connection after so many bytes of the body. */
  cut_after?: number | null;
  /** Never answer. */
  hang?: boolean;
  /** Do not answer until another answer is set; then give that one. */
  hold?: boolean;
}
interface Seen {
  method: string;
  path: string;
  headers: Record<string, unknown>;
  body: string;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const answers = new Map<string, Answer>();
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
    if (request.method === 'PUT') {
      answers.set(first, JSON.parse(body) as Answer);
      for (const release of held.get(first) ?? []) release();
      held.delete(first);
      response.end();
      return;
    }
    const log = seen.get(first) ?? [];
    seen.set(first, log);
    log.push({ method: request.method ?? '', path, headers: request.headers, body });
    if (answers.get(first)?.hold) {
      await new Promise<void>((release) => held.set(first, [...(held.get(first) ?? []), release]));
    }
    const answer = answers.get(first) ?? { status: 404, body: 'nothing set' };
    if (answer.hang) return;
    await new Promise((resolve) => setTimeout(resolve, answer.delay_ms ?? 0));
    const bytes = Buffer.from(answer.body ?? '');
    response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json', ...answer.headers });
    const end = answer.cut_after ?? bytes.length;
    const size = answer.bytes_per_chunk || bytes.length || 1;
    for (let at = 0; at < end; at += size) response.write(bytes.subarray(at, Math.min(at + size, end)));
    if (answer.cut_after != null) response.destroy();
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('originUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
