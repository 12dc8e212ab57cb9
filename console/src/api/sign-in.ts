/** Ways in and out. */

import { dropDrafts } from '../drafts/kept-drafts.ts';
import { API, answerOf, headersOf } from './call.ts';
import type { Schema } from './paths.ts';
import { ApiProblem, type ProblemBody } from './problem.ts';
import { forgetAnswers, reloadAll } from './query.ts';
import { now, refused, type Session, session } from './session.ts';

/**
 * Takes a token, if the service does. Whoever was signed in before and is again sees their screen as it was; somebody else
 * sees nothing of it.
 *
 * @throws ApiProblem
 */
export async function signIn(given: string, way: Session['way'] = 'token'): Promise<void> {
  const token = given.trim().replace(/^Bearer\s+/i, '');
  const me = await whoami(token);
  if (session.value?.user !== me.user) forgetAnswers();
  now.value = Date.now();
  // The service's clock counts: this machine's may be wrong.
  const leftMs = Date.parse(me.expires) - Date.parse(me.now);
  session.value = { token, user: me.user, scopes: me.scopes, way, endsAt: Date.now() + leftMs };
  refused.value = false;
  reloadAll();
}

/** Forgets the token and all that was read and typed with it. */
export function signOut(): void {
  session.value = null;
  refused.value = false;
  forgetAnswers();
  dropDrafts(sessionStorage);
}

/**
 * The token that the start script keeps for whoever has its one-time code.
 *
 * @throws ApiProblem where the code was used, is too old, or nothing listens
 */
export async function tokenForOnce(local: string, once: string): Promise<string> {
  const response = await answerOf(`${local}/once`, { method: 'POST', body: once, credentials: 'omit' });
  if (!response.ok) throw new ApiProblem(response.status, null, null);
  return response.text();
}

async function whoami(token: string): Promise<Schema<'Whoami'>> {
  // What no header may hold is no token either.
  if (!/^[!-~]+$/.test(token)) throw new ApiProblem(401, null, null);
  const response = await answerOf(`${API}/whoami/`, { headers: headersOf(token, undefined, {}), cache: 'no-store' });
  if (response.ok) return (await response.json()) as Schema<'Whoami'>;
  const body = (await response.json().catch(() => null)) as ProblemBody | null;
  throw new ApiProblem(response.status, body, response.headers.get('X-Request-Id'));
}
