/** The hubs of live sockets as flows and cache objects call them. */

import * as v from 'valibot';
import { API_BASE } from '../contract/constants.ts';
import { type LiveHubs, type LiveHubVerbs, Refusal } from '../contract/live.ts';
import { SEAL_DIGITS } from '../core/live-hub/ticket.ts';
import { withTimeout } from '../waiting.ts';

/** How long a hub may take to answer, ms; it keeps its state in memory. */
const TIMEOUT_MS = 5_000;

/** The part of the binding that is used. */
interface HubNamespace {
  getByName(name: string): LiveHubVerbs & Pick<Fetcher, 'fetch'>;
  idFromName(name: string): DurableObjectId;
}

/** The hubs of a namespace. Calls are not retried here: a device asks again, and the cache objects tell again. */
export function liveHubs(namespace: HubNamespace): LiveHubs {
  const stub = (hub: number) => namespace.getByName(String(hub));
  return {
    verbs: (hub) => ({
      ticket: (request) => withTimeout(stub(hub).ticket(request), TIMEOUT_MS),
      subscribe: (request) => withTimeout(stub(hub).subscribe(request), TIMEOUT_MS),
      poke: (request) => withTimeout(stub(hub).poke(request), TIMEOUT_MS),
      isWatched: (request) => withTimeout(stub(hub).isWatched(request), TIMEOUT_MS),
      signOut: (user) => withTimeout(stub(hub).signOut(user), TIMEOUT_MS),
    }),
    // The platform derives the id of a named object from the name and a secret key of the namespace, so the id serves
    // as a seal without a setting. If that key were known, a forged ticket would still be unknown to the hub, which
    // refuses it.
    seal: (text) => namespace.idFromName(`ticket ${text}`).toString().slice(0, SEAL_DIGITS),
    open: async (hub, ticket, request) => {
      const opening = stub(hub).fetch(new URL(`${API_BASE}/live/${ticket}`, request.url), request);
      const response = await withTimeout(opening, TIMEOUT_MS);
      return response.webSocket === null ? v.parse(Refusal, await response.json()).refused : response;
    },
  };
}
