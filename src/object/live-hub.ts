/**
 * A hub of live sockets: tells devices which of their caches have changed. This file has only verbs, socket events and
 * the alarm; the rules are in core/live-hub, the rows in hub-rows.ts. The hub sleeps between events (WebSocket
 * hibernation), and its sockets stay open.
 */

import { DurableObject } from 'cloudflare:workers';
import { API_BASE } from '../contract/constants.ts';
import {
  type IsWatchedRequest,
  LIVE_PROTOCOL,
  type LiveHubVerbs,
  PING,
  PONG,
  type PokeRequest,
  type Refusal,
  type SubscribeAnswer,
  type SubscribeRequest,
  type TicketRequest,
} from '../contract/live.ts';
import type { HubContext, HubEffects, HubEventName, HubEvents } from '../core/live-hub/events.ts';
import { Hub, type Watch } from '../core/live-hub/hub.ts';
import { step } from '../core/live-hub/index.ts';
import { hubOf } from '../core/live-hub/place.ts';
import { newWatches } from '../core/live-hub/subscribe.ts';
import { hubInTicket } from '../core/live-hub/ticket.ts';
import { log } from '../log.ts';
import { readSettings } from '../settings.ts';
import { sideBySide } from '../side-by-side.ts';
import { objectClient } from './client.ts';
import { mayWatch } from './hub-limits.ts';
import { HubRows } from './hub-rows.ts';
import { endQuietly, HubSockets } from './hub-sockets.ts';

const ALARM_RETRY_MS = 60_000;
/** An alarm that is overdue by this much has been lost, ms. */
const ALARM_LATE_MS = 60_000;

/**
 * The verbs of contract/live.ts and the platform's handlers. Everything else is `#private`, since callers can call
 * every public method.
 */
export class LiveHub extends DurableObject<Env> implements LiveHubVerbs {
  readonly #hub = new Hub();
  readonly #sockets: HubSockets;
  readonly #rows: HubRows;
  /** When the alarm goes off; null: not at all. */
  #alarmAt: number | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#rows = new HubRows(ctx.storage);
    this.#sockets = new HubSockets(ctx);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    this.#rows.restore(this.#hub);
    for (const socket of this.#sockets.restore()) this.#hub.add(socket);
    // Read before the first step, so that no step awaits anything between its rows and its alarm. Two steps that did
    // overwrote each other's alarm.
    ctx.blockConcurrencyWhile(async () => {
      this.#alarmAt = await ctx.storage.getAlarm();
    });
  }

  async ticket(request: TicketRequest): Promise<void> {
    await this.#run('ticket', request);
  }

  async subscribe(request: SubscribeRequest): Promise<SubscribeAnswer> {
    const caches = newWatches(this.#hub, request, Date.now()).length;
    return (await mayWatch(this.env, request.user, caches)) ? this.#run('subscribe', request) : 'full';
  }

  async poke(request: PokeRequest): Promise<boolean> {
    return this.#run('poke', request);
  }

  async isWatched(request: IsWatchedRequest): Promise<boolean> {
    return this.#run('isWatched', request);
  }

  async signOut(user: string): Promise<number> {
    return this.#run('signOut', { user });
  }

  /**
   * Opens a socket for the ticket at the end of the path. For a bad ticket no socket is accepted: a client that never
   * answers the close would keep the hub awake.
   */
  override async fetch(request: Request): Promise<Response> {
    const id = new URL(request.url).pathname.slice(`${API_BASE}/live/`.length);
    const { 0: client, 1: server } = new WebSocketPair();
    const refused = await this.#run('open', { id }, (reason) => {
      if (reason === null) this.#sockets.accept(id, server);
    });
    if (refused !== null) return Response.json({ refused } satisfies Refusal, { status: 409 });
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'Sec-WebSocket-Protocol': LIVE_PROTOCOL },
    });
  }

  /** The platform answers pings while the hub sleeps. A ping that arrives before that was set up is answered here. */
  override async webSocketMessage(webSocket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    if (message !== PING) await this.#over(webSocket, 'message');
    else this.#say(this.#sockets.idOf(webSocket) ?? '', PONG);
  }

  /** The device has closed the socket, and waits for the close from this side. */
  override async webSocketClose(webSocket: WebSocket): Promise<void> {
    await this.#over(webSocket, 'closed');
    endQuietly(webSocket, 1000, '');
  }

  override async webSocketError(webSocket: WebSocket): Promise<void> {
    await this.#over(webSocket, 'closed');
  }

  async #over(webSocket: WebSocket, event: 'message' | 'closed'): Promise<void> {
    const id = this.#sockets.idOf(webSocket);
    if (id === null) return;
    await this.#run(event, { id });
    this.#sockets.forget(id);
  }

  /** Never throws: the platform gives up an alarm after some failures. */
  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    try {
      await this.#run('alarm', {});
    } catch (error) {
      log('error', 'live.alarm_failed', { error });
      this.#arm(Date.now() + ALARM_RETRY_MS);
    }
  }

  /**
   * One step: rows, attachments and alarm are written together, before anything else can happen; then messages are sent
   * and objects asked. `first` runs before all of that.
   */
  async #run<N extends HubEventName>(
    name: N,
    request: HubEvents[N]['request'],
    first: (answer: HubEvents[N]['answer']) => void = () => {},
  ): Promise<HubEvents[N]['answer']> {
    const { answer, effects } = step(this.#hub, name, request, this.#context());
    first(answer);
    this.#rows.write(this.#hub, effects.keep);
    for (const id of effects.attach) this.#keep(id);
    this.#arm(effects.wakeBy);
    this.#speak(effects);
    if (effects.watch.length > 0) this.ctx.waitUntil(this.#askObjects(effects.watch));
    return answer;
  }

  /**
   * An object that an alarm or a socket wakes may not know its name. Then the ids of its sockets tell the number;
   * without sockets none is needed.
   */
  get #number(): number {
    const { name } = this.ctx.id;
    if (name !== undefined) return Number(name);
    return hubInTicket(this.#sockets.someId ?? '');
  }

  #context(): HubContext {
    const { liveShards, liveSocketsPerUser } = readSettings(this.env);
    return {
      now: Date.now(),
      number: this.#number,
      hubs: liveShards.now,
      socketsPerUser: liveSocketsPerUser,
      hubOf: (user) => hubOf(user, liveShards.now),
      pingedAt: (id) => this.#sockets.pingedAt(id),
    };
  }

  #keep(id: string): void {
    const socket = this.#hub.sockets.get(id);
    if (socket !== undefined) this.#sockets.keep(socket);
  }

  /** An earlier alarm stays, unless it is so overdue that it was lost. */
  #arm(wakeBy: number): void {
    if (wakeBy === Number.POSITIVE_INFINITY) return;
    const stands = this.#alarmAt !== null && this.#alarmAt > Date.now() - ALARM_LATE_MS;
    if (stands && (this.#alarmAt ?? 0) <= wakeBy) return;
    this.#alarmAt = wakeBy;
    // Not awaited: the platform lets no answer leave the object before the alarm is written.
    this.ctx.waitUntil(this.ctx.storage.setAlarm(wakeBy));
  }

  #speak({ send, close }: HubEffects): void {
    for (const { to, message } of send) {
      const text = JSON.stringify(message);
      for (const id of to) this.#say(id, text);
    }
    for (const { id, reason } of close) this.#sockets.end(id, reason);
  }

  #say(id: string, text: string): void {
    if (!this.#sockets.say(id, text)) this.#hub.remove(id);
  }

  /** Sets watches at cache objects; the alarm asks again those that cannot be reached now. */
  async #askObjects(watches: readonly Watch[]): Promise<void> {
    const objects = objectClient(this.env.CACHE_OBJECT);
    const hub = this.#number;
    await sideBySide(watches, async ({ tag, key, n }) => {
      try {
        const answer = await objects.watch({ key, hub, n });
        await this.#run('watched', { tag, n, answer });
      } catch (error) {
        log('warn', 'live.not_watched', { key, error });
      }
    });
  }
}
