/** Sign-in and sign-out. */

import { dropDrafts } from '../drafts/kept-drafts.ts';
import { API, answerOf, headersOf } from './call.ts';
import type { Schema } from './paths.ts';
import { ApiProblem, type ProblemBody } from './problem.ts';
import { forgetAnswers, reloadAll } from './query.ts';
import { now, refused, type Session, session } from './session.ts';

/**
 * Accepts a token if the service does. If the same user was signed in before, the screen stays as it was; another user
 * sees nothing of it.
 *
 * @throws ApiProblem
 */
export async function signIn(given: string, way: Session['way'] = 'token'): Promise<void> {
  const token = given.trim().replace(/^Bearer\s+/i, '');
  const me = await whoami(token);
  if (session.value?.user !== me.user) forgetAnswers();
  now.value = Date.now();
  // Use the service's clock: this machine's may be wrong.
  const leftMs = Date.parse(me.expires) - Date.parse(me.now);
  session.value = { token, user: me.user, scopes: me.scopes, way, endsAt: Date.now() + leftMs };
  refused.value = false;
  reloadAll();
}

/** Forgets the token, and everything that was read and typed with it. */
export function signOut(): void {
  session.value = null;
  refused.value = false;
  forgetAnswers();
  dropDrafts(sessionStorage);
}

/**
 * Gets the token that the start script keeps for the holder of its one-time code.
 *
 * @throws ApiProblem if the code was used or is too old, or if the start script is not running
 */
export async function tokenForOnce(local: string, once: string): Promise<string> {
  const response = await answerOf(`${local}/once`, { method: 'POST', body: once, credentials: 'omit' });
  if (!response.ok) throw new ApiProblem(response.status, null, null);
  return response.text();
}

async function whoami(token: string): Promise<Schema<'Whoami'>> {
  // A text that no header can hold is not a token.
  if (!/^[!-~]+$/.test(token)) throw new ApiProblem(401, null, null);
  const response = await answerOf(`${API}/whoami/`, { headers: headersOf(token, undefined, {}), cache: 'no-store' });
  if (response.ok) return (await response.json()) as Schema<'Whoami'>;
  const body = (await response.json().catch(() => null)) as ProblemBody | null;
  throw new ApiProblem(response.status, body, response.headers.get('X-Request-Id'));
}
