/** Drives the client's machine in a test: the test moves its clock, sets its random numbers and checks its commands. */

import type { Parameters } from '../../../src/api.ts';
import type { Command, Event, Happening } from '../../../src/core/events.ts';
import { reduce } from '../../../src/core/reduce.ts';
import { firstState, type Settings, type State } from '../../../src/core/state.ts';
import { FreshetError } from '../../../src/error.ts';
import { itemOf as blankItem } from '../../../src/network/item.ts';
import type { Item } from '../../../src/network/transport.ts';
import type { Meta } from '../../../src/store/store.ts';

export const EPOCH = 1_800_000_000_000;
export const TAG = '2d85c16d29704923';

const USUAL: Settings = { live: 'socket', pollMs: 900_000, pokeFloorMs: 2000, denied: 'keep' };

/** A machine with its clock. `now` begins at 1,000,000. */
export class Drive {
  state: State;
  now = 1_000_000;
  wall = EPOCH;
  random = 0.5;
  /** Commands of the last event. */
  commands: readonly Command[] = [];
  /** All commands since `forget()`. */
  all: Command[] = [];

  constructor(settings: Partial<Settings> = {}) {
    this.state = firstState({ ...USUAL, ...settings });
  }

  tell(happening: Happening): this {
    const [state, commands] = reduce(this.state, {
      ...happening,
      now: this.now,
      wall: this.wall,
      random: this.random,
    } as Event);
    this.state = state;
    this.commands = commands;
    this.all.push(...commands);
    return this;
  }

  /** Lets time pass, with each tick of the timer that the machine has set. */
  pass(ms: number): this {
    const end = this.now + ms;
    const skew = this.wall - this.now;
    for (let turns = 0; this.state.timerAt <= end; turns += 1) {
      if (turns > 10_000) throw new Error('the timer does not come to rest');
      this.now = Math.max(this.now, this.state.timerAt);
      this.wall = this.now + skew;
      this.tell({ type: 'tick' });
    }
    this.now = end;
    this.wall = end + skew;
    return this;
  }

  /** What was asked for since the last `forget()`: the names of commands that touch the network. */
  get asked(): string[] {
    const network = ['sync', 'fetch', 'refresh', 'ticket', 'open', 'auth'];
    return this.all.filter(({ do: name }) => network.includes(name)).map(({ do: name }) => name);
  }

  forget(): this {
    this.all = [];
    return this;
  }

  last<N extends Command['do']>(name: N): Extract<Command, { do: N }> {
    const found = this.all.findLast((command) => command.do === name);
    if (found === undefined) throw new Error(`no ${name}: ${JSON.stringify(this.all.map(({ do: at }) => at))}`);
    return found as Extract<Command, { do: N }>;
  }

  has(name: Command['do']): boolean {
    return this.all.some((command) => command.do === name);
  }

  cache(id = 'a') {
    const cache = this.state.caches.get(id);
    if (cache === undefined) throw new Error(`no cache ${id}`);
    return cache;
  }

  use(id = 'a', parameters: Parameters = {}): this {
    return this.tell({ type: 'used', cache: id, title: id, parameters, isUsed: true });
  }

  start(user: string | null = null): this {
    const device = { rev: 1, generation: 1, device: 'd', user, clockOffsetMs: 0 };
    this.tell({ type: 'started', device, isInMemory: false, isVisible: true, isOnline: true });
    return this.tell({ type: 'lead', leads: true });
  }

  /** A token that says nothing of its end, unless told. */
  authed(outcome: 'new' | 'same' | 'none' = 'new', expiresAt: number | null = null): this {
    return this.tell({ type: 'authed', outcome, expiresAt });
  }

  item(item: Partial<Item> = {}, hasBody = true, id = 'a'): this {
    const type = this.state.caches.get(id)?.phase === 'fetching' ? 'fetched' : 'item';
    return this.tell({ type, cache: id, item: itemOf({ id, ...item, hasBody }) });
  }

  checked(live: 'ok' | 'gone' | 'full' | null = null, user = 'alice'): this {
    this.tell({ type: 'checked', end: { user, now: this.wall, live } });
    const kept = this.commands.find((command) => command.do === 'keepUser');
    return kept === undefined ? this : this.tell({ type: 'userKept', user, told: user, token: this.state.auth.number });
  }

  stored(meta: Partial<Meta> = {}, id = 'a'): this {
    return this.tell({ type: 'stored', cache: id, meta: metaOf(meta) });
  }

  /** Opens the socket, as far as the machine asks for it. */
  socket(id = 'connection', checkWithinMs = 0): this {
    return this.tell({ type: 'ticketed' }).tell({ type: 'opened', id, checkWithinMs });
  }
}

/** One cache that is used and held at version 1, checked, and told by the socket where there is one. */
export function settled(settings: Partial<Settings> = {}): Drive {
  const drive = new Drive(settings).use().start('alice');
  drive.tell({ type: 'read', cache: 'a', meta: metaOf() }).authed();
  if (drive.state.settings.live === 'socket') drive.socket();
  drive.pass(3000);
  drive
    .item({ status: 304 }, false)
    .checked(drive.state.socket.phase === 'open' ? 'ok' : null)
    .stored();
  drive.pass(60_000);
  return drive.forget();
}

export function metaOf(meta: Partial<Meta> = {}): Meta {
  return {
    format: 1,
    rev: 1,
    gen: 1,
    title: 'a',
    parameters: {},
    tag: TAG,
    etag: `${TAG}-v${meta.version ?? 1}`,
    version: 1,
    revision: 1,
    hash: `hash of v${meta.version ?? 1}`,
    contentType: null,
    tables: [],
    rows: 0,
    bytes: 0,
    chunks: 0,
    entries: 0,
    changed: 0,
    checkedAt: EPOCH,
    loadedAt: EPOCH,
    expiresAt: null,
    usedAt: EPOCH,
    keep: 'lru',
    ...meta,
  };
}

/** An item of version 1, or of the version that is told. */
export function itemOf({ id, status = 200, ...known }: Partial<Item> & { id: string }): Item {
  const version = known.version ?? 1;
  const isThere = status === 200 || status === 304;
  const told = isThere ? { etag: `${TAG}-v${version}`, version, revision: version, hash: `hash of v${version}` } : {};
  const { retryAfterS } = known;
  const error = isThere || status === 202 ? null : overloaded(status, retryAfterS ?? undefined);
  return blankItem(id, status, { tag: TAG, error, ...told, ...known });
}

export function network(retryAfterS?: number): FreshetError {
  return new FreshetError('network', 'network', { retryable: true, retryAfterS });
}

export function refused(status = 401): FreshetError {
  return new FreshetError(status === 401 ? 'unauthenticated' : 'insufficient-scope', `${status}`, { status });
}

export function overloaded(status = 503, retryAfterS = 30): FreshetError {
  return new FreshetError('overloaded', 'busy', { status, retryAfterS, retryable: true });
}
