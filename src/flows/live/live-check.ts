/**
 * The live side of one `/sync/` request (docs/live.md). The hub is told which caches the device holds before D1 is
 * asked, so that each change is either in the answer or sent over the socket.
 */

import type { SubscribeAnswer, SubscribeRequest } from '../../contract/live.ts';
import { hubOfTicket } from '../../core/live-hub/ticket.ts';
import { log } from '../../log.ts';
import type { Services } from '../services.ts';

/** The connection of a request, and when its token ends (ms since the epoch). */
export type LiveQuestion = Omit<SubscribeRequest, 'keys'>;

/** Subscribes the caches of one request, at once or when they come to exist. */
export class LiveCheck {
  readonly #services: Pick<Services, 'liveHubs' | 'settings'>;
  readonly #question: LiveQuestion;
  readonly #keys = new Set<string>();
  /** Keep the connection's earlier subscriptions as well. */
  #adds: boolean;
  /** What the answer tells the device about its connection; null: the hub was not asked yet. */
  #answer: SubscribeAnswer | null = null;

  constructor(services: Pick<Services, 'liveHubs' | 'settings'>, question: LiveQuestion) {
    this.#services = services;
    this.#question = question;
    this.#adds = question.add;
  }

  /**
   * Subscribes existing caches. Once this resolves, the connection is sent every change that reaches D1. Returns
   * whether the connection is there.
   */
  async subscribe(keys: readonly string[]): Promise<boolean> {
    return this.#tell(keys, this.#adds);
  }

  /**
   * Some cache cannot be judged now. Keeps the earlier subscriptions, so that the device does not lose one because of
   * this request.
   */
  lacks(): void {
    this.#adds = true;
  }

  /** Subscribes caches that exist by now because their loads were accepted. */
  async extend(keys: readonly string[]): Promise<void> {
    const added = keys.filter((key) => !this.#keys.has(key));
    if (added.length > 0 && this.#answer === 'ok') await this.#tell(added, true);
  }

  get answer(): SubscribeAnswer | null {
    return this.#answer;
  }

  /** Which caches the device holds by its own account, for its record. */
  get noted(): { keys: readonly string[]; adds: boolean } {
    return { keys: [...this.#keys], adds: this.#adds };
  }

  async #tell(keys: readonly string[], add: boolean): Promise<boolean> {
    for (const key of keys) this.#keys.add(key);
    this.#answer = await this.#ask({ ...this.#question, add, keys });
    return this.#answer === 'ok';
  }

  /** A hub that does not answer may have lost its memory and the connection with it: the device opens a new one. */
  async #ask(request: SubscribeRequest): Promise<SubscribeAnswer> {
    const { liveHubs, settings } = this.#services;
    const hub = hubOfTicket(request.id, settings.liveShards);
    if (hub === null) return 'gone';
    try {
      return await liveHubs.verbs(hub).subscribe(request);
    } catch (error) {
      log('warn', 'live.not_subscribed', { hub, error });
      return 'gone';
    }
  }
}
