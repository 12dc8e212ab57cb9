/** `POST /live/` gives a ticket, `GET /live/` opens a socket with it: news of what a device holds (CONTRACT 3 "Sockets"). */

import { describe } from '#describe';
import { CLOSE, type CloseReason, LIVE_PROTOCOL, LiveTicket, TICKET_PROTOCOL, TICKET_S } from '../../contract/live.ts';
import { Problem } from '../../contract/problem.ts';
import { newTicket, readTicket } from '../../core/live-hub/ticket.ts';
import { attempt } from '../../flows/outcome.ts';
import type { Services } from '../../flows/services.ts';
import { log } from '../../log.ts';
import { overloaded } from '../../stores/overloaded.ts';
import { factory } from '../factory.ts';
import { holdUntil, protect } from '../identity.ts';
import { noQuery } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

export const live = factory.createApp();

live.use('/live', methods('GET', 'HEAD', 'POST', 'OPTIONS'));
live.post(
  '/live',
  protect('cache:read'),
  describe({
    id: 'getLiveTicket',
    tag: 'Data',
    summary: 'A ticket for a live socket, good for one within 30 s',
    scope: 'cache:read',
    answers: { 200: { description: 'The ticket.', schema: LiveTicket, headers: ['ETag'] } },
    headers: ['X-Device-Id'],
  }),
  noQuery,
  async (c) => {
    const { settings, liveHubs } = c.get('services');
    const identity = c.get('identity');
    const { user } = identity;
    const expiresAt = holdUntil(identity, Number.POSITIVE_INFINITY);
    const goodUntil = Date.now() + TICKET_S * 1000;
    const { hub, id } = newTicket({ user, goodUntil, seal: liveHubs.seal }, settings.liveShards.now);
    try {
      await liveHubs.verbs(hub).ticket({ id, user, device: c.get('device') ?? '', expiresAt });
    } catch (error) {
      throw overloaded('No ticket can be had right now. Poll, and try again in a moment.', error);
    }
    return replyJson(c, { live: id, expires_in: TICKET_S } satisfies LiveTicket);
  },
);

/** Without a token: a browser can send none here, and no token may stand in a URL or subprotocol, which others log. */
live.get('/live', async (c) => {
  if (c.req.header('Upgrade')?.toLowerCase() !== 'websocket') {
    throw new Problem(
      'upgrade-required',
      'This opens a WebSocket: POST to this path for a ticket, then connect with it.',
      {
        headers: { Upgrade: 'websocket' },
      },
    );
  }
  const ticket = ticketIn(c.req.header('Sec-WebSocket-Protocol') ?? '');
  const opened = await open(c.get('services'), ticket, c.req.raw);
  return typeof opened === 'string' ? refused(opened) : opened;
});

/** The hub's answer, or why there is no socket. Only what this service has given reaches a hub, and of that no more than a user may ask. */
async function open(
  { settings, liveHubs, limits }: Services,
  ticket: string,
  request: Request,
): Promise<Response | CloseReason> {
  const known = readTicket(ticket, settings.liveShards, liveHubs.seal, Date.now());
  if (known === null) return 'unknownTicket';
  const counted = await attempt(limits.countRequest(`ticket ${known.user}`));
  if ('error' in counted) return 'tooMany';
  try {
    return await liveHubs.open(known.hub, ticket, request);
  } catch (error) {
    // A hub that cannot be reached gives no ticket either, and that is answered in a form that devices see.
    log('warn', 'live.not_opened', { hub: known.hub, error });
    return 'unknownTicket';
  }
}

/** The ticket among the offered subprotocols; empty: there is none. */
function ticketIn(protocols: string): string {
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  return offered.find((protocol) => protocol.startsWith(TICKET_PROTOCOL))?.slice(TICKET_PROTOCOL.length) ?? '';
}

/** A browser learns nothing of a refused upgrade, so the socket is opened and closed with the reason. */
function refused(reason: CloseReason): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(CLOSE[reason], reason);
  return new Response(null, { status: 101, webSocket: client, headers: { 'Sec-WebSocket-Protocol': LIVE_PROTOCOL } });
}
