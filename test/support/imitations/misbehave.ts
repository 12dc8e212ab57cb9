/** A running imitation: its data over time, its authentication, and its misbehaviour at one page. */

import type { JWK } from 'jose';
import type { OriginAnswer } from '../origin.ts';
import { type Answered, type Asked, ELSEWHERE, type Imitation, type Item, type World } from './imitation.ts';
import { type SystemName, systems } from './index.ts';
import { Tokens } from './login.ts';

export const MISCHIEFS = [
  '429',
  '503',
  '500',
  'cut',
  'slow',
  'expired',
  'repeated',
  'moved',
  'elsewhere',
  'error',
] as const;
/**
 * Once: `429`, `503`, `500`, `cut`, `expired` (401 for a token that was valid). `slow`: in the smallest pieces. `repeated`: the page
 * before comes again. `moved`: from this page on there is one more row before all others. `elsewhere`: a link or redirect to another
 * host. `error`: an error with status 200.
 */
export type Mischief = (typeof MISCHIEFS)[number];

/** The settings of a system, from the tests. */
export interface Imitated {
  system: SystemName;
  items: readonly Item[];
  /** The page, from 0, at which it misbehaves, and how. */
  mischief?: { at: number; how: Mischief };
  /** Public key of the client. */
  jwk?: JWK;
  /** Delta links of earlier moments have expired. */
  forgets?: boolean;
}

interface System {
  told: Imitated;
  tokens: Tokens;
  /** All sets of items that it has been given. */
  past: (readonly Item[])[];
  /** How many pages have been requested since. */
  asked: number;
  hasExpired: boolean;
  before: OriginAnswer | null;
}

const running = new Map<string, System>();

/** The answer of the system with that name at the origin server; `base`: its address. */
export async function imitate(base: string, told: Imitated, asked: Asked): Promise<OriginAnswer> {
  const system = systemAt(base, told);
  const imitation = systems[told.system];
  const token = await system.tokens.answer(imitation.login, asked);
  if (token !== null) return written(token);
  const at = system.asked;
  const how = told.mischief?.at === at ? told.mischief.how : null;
  if (how === 'expired' && !system.hasExpired) system.tokens.expire();
  system.hasExpired ||= how === 'expired';
  // A page that is requested again with another token is the same page.
  if (!system.tokens.isLetIn(imitation.login, asked.headers)) return written(imitation.failure(401));
  system.asked += 1;
  const answer = () =>
    written(imitation.answer(asked, worldOf(base, system, at, how === 'elsewhere' ? ELSEWHERE : base)));
  const given = how === null ? answer() : misbehaved(how, imitation, { answer, before: system.before });
  system.before = given;
  return given;
}

function systemAt(base: string, told: Imitated): System {
  const before = running.get(base);
  if (before?.told === told) return before;
  const { tokens = new Tokens(told.jwk), past = [] } = before ?? {};
  const system = { told, tokens, past: [...past, told.items], asked: 0, hasExpired: false, before: null };
  running.set(base, system);
  return system;
}

function worldOf(base: string, { told, past }: System, at: number, linkHost: string): World {
  const { mischief, items } = told;
  const hasMoved = mischief?.how === 'moved' && at >= mischief.at;
  const first: Item = { id: 0, name: 'Moved in', price: '0.00', changed: '2026-01-01T00:00:00Z' };
  const path = new URL(base).pathname;
  return {
    host: linkHost === base ? base : `${linkHost}${path}`,
    items: hasMoved ? [first, ...items] : items,
    itemsAtFirst: items,
    moment: String(past.length - 1),
    since(moment) {
      const then = past[Number(moment)];
      if (then === undefined || told.forgets) return null;
      return {
        changed: items.filter((item) => !then.some((other) => JSON.stringify(other) === JSON.stringify(item))),
        removed: then.filter(({ id }) => !items.some((item) => item.id === id)),
      };
    },
  };
}

function misbehaved(
  how: Mischief,
  imitation: Imitation,
  { answer, before }: { answer: () => OriginAnswer; before: OriginAnswer | null },
): OriginAnswer {
  switch (how) {
    case '429':
    case '503': {
      const { headers, ...refusal } = written(imitation.failure(Number(how)));
      return { ...refusal, headers: { ...headers, 'Retry-After': '0' } };
    }
    case '500':
      return written(imitation.failure(500));
    case 'cut':
      return { ...answer(), cut_after: 25 };
    case 'slow':
      return { ...answer(), bytes_per_chunk: 7 };
    case 'repeated':
      return before ?? answer();
    case 'elsewhere':
      return imitation.hasLinks ? answer() : { status: 302, headers: { Location: `${ELSEWHERE}/` }, body: '' };
    case 'error':
      return { ...written(imitation.failure(500)), status: 200 };
    case 'moved':
    case 'expired':
      return answer();
  }
}

/** JSON, unless the system says otherwise. */
function written({ status = 200, headers = {}, body }: Answered): OriginAnswer {
  const type = { 'Content-Type': 'application/json; charset=utf-8', ...headers };
  if (body instanceof Uint8Array) return { status, headers: type, bytes: [...body] };
  return { status, headers: type, body: typeof body === 'string' ? body : JSON.stringify(body) };
}
