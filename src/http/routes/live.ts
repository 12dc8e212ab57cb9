/**
 * `POST /live/` gives a ticket, `GET /live/` opens a socket with it that sends news of the caches on a device (CONTRACT
 * 3 "Sockets").
 */

import { describe } from '#describe';
import { API_BASE } from '../../contract/constants.ts';
import { CLOSE, type CloseReason, LIVE_PROTOCOL, LiveTicket, TICKET_PROTOCOL, TICKET_S } from '../../contract/live.ts';
import { Problem } from '../../contract/problem.ts';
import { newTicket, readTicket } from '../../core/live-hub/ticket.ts';
import type { Services } from '../../flows/services.ts';
import { log } from '../../log.ts';
import { attempt } from '../../side-by-side.ts';
import { overloaded } from '../../stores/overloaded.ts';
import { factory } from '../factory.ts';
import { holdUntil, protect } from '../identity.ts';
import { noQuery } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

const SUBPROTOCOLS = 'Sec-WebSocket-Protocol';

export const live = factory.createApp();

live.use('/live', methods('GET', 'HEAD', 'POST', 'OPTIONS'));
live.post(
  '/live',
  protect('cache:read'),
  describe({
    id: 'getLiveTicket',
    tag: 'Data',
    summary: 'A ticket that opens one live socket within 30 s',
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
      throw overloaded('No ticket is available now. Poll, and try again in a moment.', error);
    }
    return replyJson(c, { live: id, expires_in: TICKET_S } satisfies LiveTicket);
  },
);

/**
 * Needs no token: a browser cannot send one when it opens a socket, and a token must not be part of a URL or
 * subprotocol, which other parties log.
 */
live.get('/live', async (c) => {
  if (c.req.header('Upgrade')?.toLowerCase() !== 'websocket') {
    throw new Problem(
      'upgrade-required',
      'This path opens a WebSocket. POST to it for a ticket, then connect with the ticket.',
      // RFC 9110 sections 15.5.22 and 7.8. workerd leaves both out of what it sends: it writes these headers itself.
      { headers: { Upgrade: 'websocket', Connection: 'upgrade' } },
    );
  }
  const ticket = ticketIn(c.req.header(SUBPROTOCOLS) ?? '');
  const opened = await open(c.get('services'), ticket, c.req.raw);
  return typeof opened === 'string' ? refused(opened) : opened;
});

/**
 * Returns the hub's answer, or the reason why there is no socket. Only tickets that this service has given reach a hub,
 * and at most as many requests as a user may send.
 */
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
    // A hub that is not reachable gives no new ticket either, and the answer to that POST tells the device why.
    log('warn', 'live.not_opened', { hub: known.hub, error });
    return 'unknownTicket';
  }
}

/**
 * Returns the ticket among the offered subprotocols; empty if there is none.
 *
 * @throws Problem `invalid-header` without `freshet.v1`: a client fails a connection whose answer names a subprotocol
 * that it has not offered (RFC 6455 section 4.1), and would not see why
 */
function ticketIn(protocols: string): string {
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  if (!offered.includes(LIVE_PROTOCOL)) {
    const detail = `must offer "${LIVE_PROTOCOL}" and "${TICKET_PROTOCOL}<ticket>", with the ticket that POST ${API_BASE}/live/ gives`;
    throw new Problem('invalid-header', `${SUBPROTOCOLS} ${detail}.`, { errors: [{ pointer: SUBPROTOCOLS, detail }] });
  }
  return offered.find((protocol) => protocol.startsWith(TICKET_PROTOCOL))?.slice(TICKET_PROTOCOL.length) ?? '';
}

/** A browser does not show a script why an upgrade was refused. So the socket is opened, and closed with the reason. */
function refused(reason: CloseReason): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(CLOSE[reason], reason);
  return new Response(null, { status: 101, webSocket: client, headers: { [SUBPROTOCOLS]: LIVE_PROTOCOL } });
}
