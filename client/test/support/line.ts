/**
 * A line between a device and a service that is slow, and breaks: a TCP relay. The browser's own throttling hands a body over in
 * pieces of half a megabyte, so with it nothing can break in the middle of one.
 */

import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** 50 kbit/s, in bytes a second. */
export const BAD_LINE = 50_000 / 8;

/** Bytes are passed on at least so often a second while the line is slow. */
const PIECES_A_SECOND = 10;

/** A line to one port of this machine. */
export class Line {
  /** Bytes a second toward the device on each connection; null: as they come. */
  bytesPerS: number | null = null;
  /** Bytes that came through toward the device, over all connections. */
  passed = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #left = Number.POSITIVE_INFINITY;
  #isDown = false;
  #broken: (() => void)[] = [];

  private constructor(port: number) {
    this.#server = createServer({ allowHalfOpen: true }, (device) => this.#join(device, connect(port, '127.0.0.1')));
  }

  /** A line to this port of 127.0.0.1. */
  static async to(port: number): Promise<Line> {
    const line = new Line(port);
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  /** What a device asks instead of the service. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Breaks all connections now. */
  cut(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
    for (const resolve of this.#broken.splice(0)) resolve();
  }

  /** Lets so many bytes more through toward the device, then breaks all connections, once; resolves then. */
  cutAfter(bytes: number): Promise<void> {
    this.#left = bytes;
    return new Promise((resolve) => this.#broken.push(resolve));
  }

  /** While down, what is open breaks and nothing can be opened. */
  set isDown(isDown: boolean) {
    this.#isDown = isDown;
    if (isDown) this.cut();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(device: Socket, service: Socket): void {
    if (this.#isDown) {
      device.resetAndDestroy();
      service.destroy();
      return;
    }
    for (const [socket, other] of [
      [device, service],
      [service, device],
    ] as const) {
      this.#open.add(socket);
      // The other end learns of a fault as this one does.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
    device.pipe(service);
    void this.#pass(service, device);
  }

  async #pass(service: Socket, device: Socket): Promise<void> {
    try {
      for await (const chunk of service as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length; ) {
          const rate = this.bytesPerS;
          const size = Math.ceil(rate === null ? chunk.length : rate / PIECES_A_SECOND);
          const piece = chunk.subarray(at, at + Math.min(size, this.#left));
          at += piece.length;
          this.passed += piece.length;
          this.#left -= piece.length;
          if (!device.write(piece))
            await new Promise((resolve) => device.once('drain', resolve).once('close', resolve));
          if (this.#left <= 0) {
            this.#left = Number.POSITIVE_INFINITY;
            // What was let through arrives before the break.
            await new Promise<void>((resolve) => device.end(resolve));
            this.cut();
            return;
          }
          if (rate !== null) await sleep(1000 / PIECES_A_SECOND);
        }
      }
      device.end();
    } catch {
      device.destroy();
    }
  }
}
