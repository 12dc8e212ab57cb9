/** Servers that imitate the service, or a proxy in front of it: they answer what a test tells them to, over real connections. */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** What was asked. */
export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Answers a request; the next one gets the next answer, the last one stands for all after it. */
export type Reply = (response: ServerResponse, asked: Asked) => void | Promise<void>;

export interface Imitation {
  url: string;
  asked: Asked[];
  /** Resolves with the request of this number, from 0. */
  request(at: number): Promise<Asked>;
  /** Resolves once the client has given up the connection of the request of this number. */
  givenUp(at: number): Promise<void>;
}

/** A server that ends with the test. */
export async function imitation(...replies: Reply[]): Promise<Imitation> {
  const asked: Asked[] = [];
  const ends: Promise<void>[] = [];
  let heard: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const at = asked.length;
    ends.push(new Promise((resolve) => response.on('close', () => response.writableFinished || resolve())));
    const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: '' };
    asked.push(seen);
    seen.body = await text(request);
    for (const tell of heard.splice(0)) tell();
    await (replies[at] ?? replies.at(-1))?.(response, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => heard.push(resolve));
  };
  heard = [];
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async request(at) {
      await until(() => asked.length > at);
      return asked[at] as Asked;
    },
    async givenUp(at) {
      await until(() => asked.length > at);
      await ends[at];
    },
  };
}

/** An answer as it stands. */
export function says(status: number, headers: Record<string, string>, body: string | Uint8Array = ''): Reply {
  return (response) => void response.writeHead(status, headers).end(body);
}

/** A problem of the service. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Reply {
  const body = { type: `/docs/problems#${code}`, title: code, status, detail: `It is ${code}.` };
  return says(
    status,
    { 'Content-Type': 'application/problem+json', 'X-Request-Id': 'request-1', ...headers },
    JSON.stringify(body),
  );
}

/** A WebSocket server: it greets, and hears and says texts. */
export interface SocketImitation {
  url: string;
  /** What clients have sent. */
  heard: string[];
  protocols: string[];
  say(text: string): void;
  /** Ends with a close frame, or without one. */
  close(code: number | null): void;
  /** Resolves once that many texts were heard. */
  hearing(count: number): Promise<void>;
  /** Resolves once the client has closed. */
  closed: Promise<void>;
}

/** RFC 6455, as far as short texts need it. `greeting` is said at once; null: the upgrade is never answered. */
export async function socketImitation(greeting: string | null): Promise<SocketImitation> {
  const heard: string[] = [];
  const protocols: string[] = [];
  let changed: (() => void)[] = [];
  let peer: Socket | null = null;
  let isClosed: () => void;
  const closed = new Promise<void>((resolve) => {
    isClosed = resolve;
  });
  const server = createServer();
  server.on('upgrade', (request, socket: Socket) => {
    peer = socket;
    protocols.push(...(request.headers['sec-websocket-protocol'] ?? '').split(/, */));
    socket.on('error', () => {}).on('close', () => isClosed());
    if (greeting === null) return;
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: freshet.v1\r\n\r\n`,
    );
    socket.on('data', (bytes: Buffer) => {
      for (const { opcode, payload } of framesIn(bytes)) {
        if (opcode === 1) heard.push(payload.toString());
        if (opcode === 8) socket.end(frame(8, payload));
      }
      for (const tell of changed.splice(0)) tell();
    });
    if (greeting !== '') socket.write(frame(1, Buffer.from(greeting)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    peer?.destroy();
    server.close();
  });
  changed = [];
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    protocols,
    say: (message) => void peer?.write(frame(1, Buffer.from(message))),
    close: (code) => {
      if (code === null) return void peer?.destroy();
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      peer?.write(frame(8, payload));
    },
    async hearing(count) {
      while (heard.length < count) await new Promise<void>((resolve) => changed.push(resolve));
    },
    closed,
  };
}

function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length]), payload]);
}

/** Masked frames of under 126 bytes. */
function* framesIn(bytes: Buffer): Generator<{ opcode: number; payload: Buffer }> {
  for (let at = 0; at + 6 <= bytes.length; ) {
    const length = (bytes[at + 1] as number) & 127;
    const mask = bytes.subarray(at + 2, at + 6);
    const payload = Buffer.from(bytes.subarray(at + 6, at + 6 + length)).map(
      (byte, index) => byte ^ (mask[index % 4] as number),
    );
    yield { opcode: (bytes[at] as number) & 15, payload: Buffer.from(payload) };
    at += 6 + length;
  }
}
