/**
 * The live side of one question about many caches (docs/live.md): the hub is told what the device holds before D1 is asked, so that
 * each change is either in the answer or told over the socket.
 */

import type { SubscribeAnswer, SubscribeRequest } from '../../contract/live.ts';
import { hubOfTicket } from '../../core/live-hub/ticket.ts';
import { log } from '../../log.ts';
import type { Services } from '../services.ts';

/** The connection of a question, and when its token ends (ms since the epoch). */
export type LiveQuestion = Omit<SubscribeRequest, 'keys'>;

/** Subscribes the caches of one question, at once or as they come to exist. */
export class LiveCheck {
  readonly #services: Pick<Services, 'liveHubs' | 'settings'>;
  readonly #question: LiveQuestion;
  readonly #keys = new Set<string>();
  /** What was told before stands beside what is found now. */
  #adds: boolean;
  /** What the device is told of its connection; null: it was not asked about yet. */
  #answer: SubscribeAnswer | null = null;

  constructor(services: Pick<Services, 'liveHubs' | 'settings'>, question: LiveQuestion) {
    this.#services = services;
    this.#question = question;
    this.#adds = question.add;
  }

  /** Caches that exist: from the answer of this on, all that D1 gets is told. Whether the connection is told. */
  async subscribe(keys: readonly string[]): Promise<boolean> {
    return this.#tell(keys, this.#adds);
  }

  /** Some cache cannot be judged right now: a device that was told of it must not become deaf by asking. */
  lacks(): void {
    this.#adds = true;
  }

  /** Caches that have come to exist since, as their loads were accepted. */
  async extend(keys: readonly string[]): Promise<void> {
    const added = keys.filter((key) => !this.#keys.has(key));
    if (added.length > 0 && this.#answer === 'ok') await this.#tell(added, true);
  }

  get answer(): SubscribeAnswer | null {
    return this.#answer;
  }

  /** Which caches the device says that it holds, for what is noted of it. */
  get noted(): { keys: readonly string[]; adds: boolean } {
    return { keys: [...this.#keys], adds: this.#adds };
  }

  async #tell(keys: readonly string[], add: boolean): Promise<boolean> {
    for (const key of keys) this.#keys.add(key);
    this.#answer = await this.#ask({ ...this.#question, add, keys });
    return this.#answer === 'ok';
  }

  /** A hub that cannot be asked may have lost the connection with its memory: the device opens a new one. */
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
