/** Live sockets of devices, as a client opens them: a ticket, then the WebSocket. */
import { env } from 'cloudflare:workers';
import type { HubMessage, Poke, SubscribeAnswer } from '../../src/contract/live.ts';
import { hubOf } from '../../src/core/live-hub/place.ts';
import { newTicket } from '../../src/core/live-hub/ticket.ts';
import { liveHubs } from '../../src/object/hub-client.ts';
import { Client, send } from './client.ts';

/** A ticket with the seal of the service, as the Worker makes it, but unknown to every hub. */
export function sealedTicket(user: string, goodUntil = Date.now() + 30_000): string {
  return newTicket({ user, goodUntil, seal: liveHubs(env.LIVE_HUB).seal }, 1).id;
}

/** An open socket with all messages that it received. */
export class Device {
  readonly messages: HubMessage[] = [];
  readonly user: string;
  readonly name: string;
  pongs = 0;
  closed: { code: number; reason: string } | null = null;
  id = '';
  #seq = 0;
  #socket: WebSocket | null = null;
  #changed: (() => void)[] = [];

  constructor(user: string, name = 'tablet-1') {
    this.user = user;
    this.name = name;
  }

  static async open(user: string, name?: string): Promise<Device> {
    const device = new Device(user, name);
    const response = await new Client({ user, device: device.name }).post('/live/', undefined);
    const { live } = await response.json<{ live: string }>();
    await device.connect(live);
    return device;
  }

  /** Connects with a ticket, and waits for the first message or the end. */
  async connect(ticket: string): Promise<void> {
    const { webSocket } = await send('/live/', {
      headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `freshet.v1, ticket.${ticket}` },
    });
    if (webSocket === null) throw new Error('no socket');
    this.#socket = webSocket;
    this.id = ticket;
    webSocket.addEventListener('message', ({ data }) => {
      if (data === 'pong') this.pongs += 1;
      else this.messages.push(JSON.parse(String(data)));
      this.#tell();
    });
    webSocket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
      this.#tell();
    });
    webSocket.accept();
    await this.until(() => this.messages.length > 0 || this.closed !== null);
  }

  /** Subscribes as a full check does, without the check. */
  subscribe(
    keys: readonly string[],
    { add = false, expiresAt = Date.now() + 3_600_000, seq = ++this.#seq } = {},
  ): Promise<SubscribeAnswer> {
    const { id, user, name: device } = this;
    return env.LIVE_HUB.getByName(String(hubOf(user, 1))).subscribe({ id, user, device, seq, add, expiresAt, keys });
  }

  send(said: string | Uint8Array): void {
    this.#socket?.send(said);
  }

  close(): void {
    this.#socket?.close(1000);
  }

  get pokes(): Poke[] {
    return this.messages.flatMap((message) => ('poke' in message ? message.poke : []));
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #tell(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}
