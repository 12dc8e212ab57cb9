/** A WebSocket (RFC 6455) that costs a few kilobytes: thousands of devices live in one process. Text frames, pings and closes alone. */

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const TEXT = 1;
const CLOSE = 8;
/** The connection ended without a close frame. */
const ABNORMAL = 1006;
const LONG = 126;
/** The next 8 bytes tell the length: nothing of ours is so large. */
const HUGE = 127;

/** What becomes of it. */
export interface Heard {
  message(text: string): void;
  closed(code: number): void;
}

export class RawSocket {
  readonly #socket: Socket;
  readonly #heard: Heard;
  #bytes: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #hasEnded = false;

  /** Connects; what is wrong with that is an end, too. */
  constructor(url: string, protocols: readonly string[], heard: Heard) {
    const { hostname, port, pathname, host } = new URL(url);
    this.#heard = heard;
    this.#socket = connect(Number(port), hostname);
    const key = randomBytes(16).toString('base64');
    this.#socket.write(
      [
        `GET ${pathname} HTTP/1.1`,
        `Host: ${host}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Key: ${key}`,
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Protocol: ${protocols.join(', ')}`,
        '\r\n',
      ].join('\r\n'),
    );
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', () => this.#end(ABNORMAL));
    this.#socket.on('close', () => this.#end(ABNORMAL));
  }

  send(text: string): void {
    this.#frame(TEXT, Buffer.from(text));
  }

  /** Goes away without a word. */
  drop(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (!this.#isOpen) this.#open();
    while (this.#isOpen && this.#read());
  }

  #open(): void {
    const head = this.#bytes.indexOf('\r\n\r\n');
    if (head < 0) return;
    if (this.#bytes.subarray(0, 12).toString() !== 'HTTP/1.1 101') {
      this.#socket.destroy();
      return;
    }
    this.#isOpen = true;
    this.#bytes = this.#bytes.subarray(head + 4);
  }

  /** One frame; false: it is not there yet. */
  #read(): boolean {
    const bytes = this.#bytes;
    if (bytes.length < 4) return bytes.length >= 2 && bytes[1] === 0 ? this.#frameOf(2, 0) : false;
    const short = bytes.readUInt8(1);
    if (short === HUGE) throw new Error('a frame is larger than any of ours');
    return short === LONG ? this.#frameOf(4, bytes.readUInt16BE(2)) : this.#frameOf(2, short);
  }

  #frameOf(head: number, length: number): boolean {
    if (this.#bytes.length < head + length) return false;
    const opcode = this.#bytes.readUInt8(0) % 16;
    const content = this.#bytes.subarray(head, head + length);
    this.#bytes = this.#bytes.subarray(head + length);
    if (opcode === TEXT) this.#heard.message(content.toString());
    if (opcode === CLOSE) {
      this.#frame(CLOSE, content.subarray(0, 2));
      this.#socket.end();
      this.#end(content.length < 2 ? ABNORMAL : content.readUInt16BE(0));
    }
    return true;
  }

  /** What a client sends is masked; a mask of zeros leaves it as it is. */
  #frame(opcode: number, content: Buffer): void {
    this.#socket.write(Buffer.concat([Buffer.from([128 + opcode, 128 + content.length, 0, 0, 0, 0]), content]));
  }

  #end(code: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#heard.closed(code);
  }
}
