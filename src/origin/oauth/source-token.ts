/** The token of a source, from the view of one load. The source's gate keeps it sealed for all loads; one load at a time asks for it. */

import type { OAuth2 } from '../../contract/oauth.ts';
import { LoadFailure } from '../../contract/problem.ts';
import { digestTag } from '../../core/etag.ts';
import { canonicalText } from '../../core/json-value.ts';
import { refreshAt } from '../../core/source-gate/token.ts';
import type { Fetch } from '../../ports/network.ts';
import type { SealedToken, SourceGateVerbs } from '../../ports/source-gate.ts';
import { sleep } from '../../waiting.ts';
import { type OriginAccess, secretOf } from '../build-request.ts';
import { secretNameOf } from '../check-webhook.ts';
import { type ClientCredentials, requestToken } from './request-token.ts';
import { seal, unseal } from './sealed-token.ts';

/** A token that is refused so soon after it was issued (ms) is not replaced: the next one would be refused, too. */
const JUST_MADE_MS = 5000;
/** How long to wait before asking a gate again that did not answer, ms. */
const UNREACHABLE_MS = 10_000;

/** Where tokens are stored, and how they are requested. */
export interface TokenPlace {
  gate: SourceGateVerbs;
  /** Identifies the load. */
  load: string;
  fetch: Fetch;
}

export class SourceToken {
  readonly #definition: OAuth2;
  readonly #access: OriginAccess;
  readonly #place: TokenPlace;
  readonly #fingerprint: string;
  #current: { sealed: SealedToken; token: string } | null = null;
  #hasRenewed = false;

  constructor(definition: OAuth2, access: OriginAccess, place: TokenPlace) {
    this.#definition = definition;
    this.#access = access;
    this.#place = place;
    this.#fingerprint = digestTag(canonicalText(definition));
  }

  /**
   * A token that stays valid for a while. Called before each request, so that no token expires during a load.
   *
   * @throws LoadFailure `origin-auth`, `misconfigured`; `overloaded` if the gate does not answer
   */
  async value(signal: AbortSignal): Promise<string> {
    if (this.#current === null || Date.now() >= this.#current.sealed.refreshAt) {
      this.#current = await this.#obtain(null, signal);
    }
    return this.#current.token;
  }

  /**
   * The source has refused the token: asks for another one, at most once per load.
   *
   * @returns whether there is another token to try
   */
  async renew(signal: AbortSignal): Promise<boolean> {
    const { sealed } = this.#current ?? {};
    if (sealed === undefined || this.#hasRenewed || Date.now() < sealed.madeAt + JUST_MADE_MS) return false;
    this.#hasRenewed = true;
    this.#current = await this.#obtain(sealed.id, signal);
    return true;
  }

  async #obtain(refused: string | null, signal: AbortSignal): Promise<{ sealed: SealedToken; token: string }> {
    const client = this.#client();
    const { gate, load } = this.#place;
    for (let seen = refused; ; ) {
      signal.throwIfAborted();
      const answer = await gate.token({ load, fingerprint: this.#fingerprint, seen }).catch((cause: unknown) => {
        throw unreachable(cause);
      });
      if (answer.outcome === 'wait') {
        await sleep(answer.waitMs, signal);
        continue;
      }
      if (answer.outcome === 'ask') {
        const standing = answer.standing === null ? null : await this.#open(answer.standing, client);
        return this.#ask(client, signal).catch((error: unknown) => {
          if (standing !== null && error instanceof LoadFailure && error.retryable) return standing;
          throw error;
        });
      }
      const opened = await this.#open(answer.token, client);
      if (opened !== null) return opened;
      // The secret has changed since, so the token of the previous secret is useless.
      seen = answer.token.id;
    }
  }

  async #ask(client: ClientCredentials, signal: AbortSignal): Promise<{ sealed: SealedToken; token: string }> {
    const { gate, load, fetch } = this.#place;
    const now = Date.now();
    try {
      const secrets = this.#access.sent ?? [];
      const note = (value: string) => this.#access.note?.(value);
      const { token, lifeMs } = await requestToken(this.#definition, client, { fetch, signal, secrets, note, now });
      note(token);
      const named = { id: crypto.randomUUID(), fingerprint: this.#fingerprint };
      const sealed: SealedToken = {
        ...named,
        sealed: await seal(token, client.credential, named),
        madeAt: now,
        refreshAt: refreshAt(lifeMs, now),
        endsAt: now + lifeMs,
      };
      // If the gate cannot store it, the next load asks for its own token.
      await gate.putToken({ load, token: sealed }).catch(() => undefined);
      return { sealed, token };
    } catch (error) {
      await gate.putToken({ load, token: null }).catch(() => undefined);
      throw error;
    }
  }

  async #open(
    sealed: SealedToken,
    { credential }: ClientCredentials,
  ): Promise<{ sealed: SealedToken; token: string } | null> {
    const token = await unseal(sealed, credential);
    if (token === null) return null;
    this.#access.note?.(token);
    return { sealed, token };
  }

  /** The service's identity at the provider; its credential may be sent to the host of `token_url`. */
  #client(): ClientCredentials {
    const { token_url, client_id: id, client_auth, client_secret, private_key } = this.#definition;
    const url = new URL(token_url);
    const clientId = id.startsWith('${') ? secretOf(secretNameOf(id), url, this.#access) : id;
    const name = secretNameOf((client_auth === 'private_key_jwt' ? private_key : client_secret) ?? '');
    const credential = secretOf(name, url, this.#access);
    return { clientId, credential, name };
  }
}

function unreachable(cause: unknown): LoadFailure {
  return new LoadFailure('overloaded', 'The gate of the source, which keeps its token, does not answer.', {
    retryable: true,
    retryAfterMs: UNREACHABLE_MS,
    cause,
  });
}
