/** A hub's machine with its own clock, for unit tests. */
import type { HubContext, HubEventName, HubEvents } from '../../src/core/live-hub/events.ts';
import { Hub } from '../../src/core/live-hub/hub.ts';
import { step } from '../../src/core/live-hub/index.ts';

const HOUR_MS = 3_600_000;

/** A cache key whose tag is identified by its number. */
export const keyOf = (number: number) => number.toString(16).padStart(16, '0').padEnd(64, '0');

export class TestHub {
  readonly hub = new Hub();
  readonly context: HubContext;
  now = 1_800_000_000_000;
  /** When each socket pinged last; absent: just now. */
  readonly pings = new Map<string, number>();
  #opened = 0;

  constructor(context: Partial<HubContext> = {}) {
    const clock = () => this.now;
    this.context = {
      number: 0,
      hubs: 1,
      socketsPerUser: 200,
      hubOf: () => 0,
      pingedAt: (id) => this.pings.get(id) ?? clock(),
      ...context,
      get now() {
        return clock();
      },
    };
  }

  step<N extends HubEventName>(name: N, request: HubEvents[N]['request']) {
    return step(this.hub, name, request, this.context);
  }

  /** Opens a socket; returns its id and the result. */
  open(user: string, device = `device-${this.#opened}`, expiresAt = this.now + 10 * HOUR_MS) {
    const id = `0.${this.#opened++}`;
    this.step('ticket', { id, user, device, expiresAt });
    return { id, user, device, expiresAt, ...this.step('open', { id }) };
  }

  subscribe(
    { id, user, device, expiresAt }: ReturnType<TestHub['open']>,
    numbers: readonly number[],
    more: Partial<HubEvents['subscribe']['request']> = {},
  ) {
    const request = { id, user, device, expiresAt, seq: 1, add: false, keys: numbers.map(keyOf), ...more };
    return this.step('subscribe', request);
  }

  /** Acknowledges all watches that are owed. */
  acknowledge(): void {
    for (const { tag, n, dueAt } of [...this.hub.watches.values()])
      if (dueAt !== null) this.step('watched', { tag, n, answer: { outcome: 'watched', version: 1, revision: 1 } });
  }

  isWatched(number: number) {
    return this.step('isWatched', { key: keyOf(number), n: this.#n(number), keeps: true });
  }

  poke(number: number, version = 2) {
    const n = this.#n(number);
    return this.step('poke', { key: keyOf(number), n, version, revision: version, hubs: 1 });
  }

  #n(number: number): number {
    return this.hub.watches.get(keyOf(number).slice(0, 16))?.n ?? 0;
  }
}
