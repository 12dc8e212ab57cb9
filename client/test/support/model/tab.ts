/** A tab: the real machine, and a shell that carries out its commands, each as a separate flight. */

import type { Command, Event, Happening } from '../../../src/core/events.ts';
import { reduce } from '../../../src/core/reduce.ts';
import { firstState, type State } from '../../../src/core/state.ts';
import type { FreshetError } from '../../../src/error.ts';
import type { Meta } from '../../../src/store/store.ts';
import { metaOf, network, overloaded, refused } from '../machine/drive.ts';
import { hashOf, KEYS, type Rows, type ToldItem } from './service.ts';
import type { World } from './world.ts';

const SETTINGS = { live: 'socket', pollMs: 900_000, pokeFloorMs: 2000, denied: 'drop' } as const;

export class ModelTab {
  readonly world: World;
  readonly id: number;
  /** Of the store, when it was opened. */
  readonly generation: number;
  state: State = firstState(SETTINGS);
  /** Rows in memory, with what is known of them. */
  readonly copies = new Map<string, { meta: Meta; rows: Rows } | null>();
  isAlive = true;
  /** Requests that were made before the last `abort` are nobody's. */
  #requests = 0;
  #socket: string | null = null;
  #token = 0;
  readonly #waiting: Happening[] = [];
  #isWorking = false;
  #waiters = 0;

  constructor(world: World, id: number) {
    this.world = world;
    this.id = id;
    this.generation = world.store.generation;
    const device = { rev: 1, generation: 1, device: 'd', user: world.store.user, clockOffsetMs: 0 };
    this.tell({ type: 'started', device, isInMemory: false, isVisible: true, isOnline: true });
    for (const key of KEYS) this.use(key, true);
    world.fly('lock', this, () => world.grant());
  }

  use(key: string, isUsed: boolean): void {
    this.tell({ type: 'used', cache: key, title: key, parameters: {}, isUsed });
  }

  ask(): void {
    this.#waiters += 1;
    this.tell({ type: 'check', waiter: this.#waiters });
  }

  fresh(key: string): void {
    this.#waiters += 1;
    this.tell({ type: 'fresh', cache: key, maxAgeS: 1, waiter: this.#waiters });
  }

  get socket(): string | null {
    return this.#socket;
  }

  tell(happening: Happening): void {
    if (!this.isAlive) return;
    // As the shell does: an event waits until all commands of the one before are carried out.
    this.#waiting.push(happening);
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#step(next);
    this.#isWorking = false;
  }

  #step(happening: Happening): void {
    const { world } = this;
    const now = world.now;
    const heard = this.#without(happening);
    if (heard === null) return;
    this.#forgetBefore(heard);
    const [next, commands] = reduce(this.state, { ...heard, now, wall: now + 1e12, random: world.random() } as Event);
    this.state = this.#forget(next);
    for (const command of commands) this.#carryOut(command);
  }

  /** What is heard where a rule is taken out. */
  #without(happening: Happening): Happening | null {
    const { rules } = this.world;
    const { type } = happening;
    if (type === 'poked' && !rules.keepsPokes && this.state.check !== null) return null;
    if (type === 'hint' && !rules.heedsHints) return null;
    if (type === 'opened' && !rules.checksWhenOpened) return { ...happening, checkWithinMs: 1e12 };
    if (type === 'checked' && happening.end.live === 'gone' && !rules.restartsWhenGone)
      return { ...happening, end: { ...happening.end, live: 'ok' } };
    if (type !== 'item' && type !== 'fetched') return happening;
    const { meta } = this.state.caches.get(happening.cache) ?? {};
    const { item } = happening;
    if (!rules.comparesHashes && item.status === 304) return { ...happening, item: { ...item, hash: null } };
    if (!rules.namesHigher && item.delta === null && item.version !== null && meta)
      return { ...happening, item: { ...item, version: Math.max(item.version, meta.version) } };
    return happening;
  }

  /** What is remembered before where a rule is taken out. */
  #forgetBefore(happening: Happening): void {
    if (this.world.rules.takesOnce || happening.type !== 'item') return;
    const cache = this.state.caches.get(happening.cache);
    if (cache !== undefined) this.state.caches.set(cache.id, { ...cache, phase: 'asked' });
  }

  /** What is remembered where a rule is taken out. */
  #forget(state: State): State {
    const { rules } = this.world;
    const never = Number.NEGATIVE_INFINITY;
    let next = state;
    if (!rules.backsOff && next.backoffAt > this.world.now)
      next = { ...next, backoffAt: never, timerAt: this.world.now };
    if (!rules.keepsFloors) next = { ...next, floorAt: never };
    if (!rules.stopsAfterSecondRefusal) next = { ...next, auth: { ...next.auth, isSecond: false } };
    if (!rules.verifiesUser) next = { ...next, auth: { ...next.auth, isVerified: true } };
    if (!rules.dropsLateCommits)
      for (const cache of next.caches.values())
        if (cache.phase === 'discarding') next.caches.set(cache.id, { ...cache, phase: 'storing' });
    const patch = {
      ...(rules.keepsFloors ? {} : { floorAt: never }),
      ...(rules.asksAgainWhenBehind ? {} : { behinds: 3 }),
      ...(rules.addsNewCaches || !next.socket.isTold ? {} : { isTold: true }),
    };
    if (Object.keys(patch).length > 0)
      for (const [id, cache] of next.caches) next.caches.set(id, { ...cache, ...patch });
    return next;
  }

  #carryOut(command: Command) {
    const { world } = this;
    const { store } = world;
    /** A request: nobody waits for it after `abort`. */
    const request = (name: string, land: () => void, lose: () => void) => {
      const number = this.#requests;
      const ifWanted = (then: () => void) => () => {
        if (number === this.#requests) then();
      };
      world.fly(name, this, ifWanted(land), ifWanted(lose));
    };
    switch (command.do) {
      case 'read': {
        const { cache } = command;
        return world.fly('read', this, () => {
          const held = store.caches.get(cache) ?? null;
          this.copies.set(cache, held);
          this.tell({ type: 'read', cache, meta: held?.meta ?? null });
        });
      }
      case 'list':
        return world.fly('list', this, () => this.tell({ type: 'listed', metas: new Map() }));
      case 'auth':
        world.authBegins();
        return request(
          'auth',
          () => {
            const token = world.newToken();
            const outcome = token === this.#token ? 'same' : 'new';
            this.#token = token;
            this.tell({ type: 'authed', outcome, expiresAt: null });
          },
          () => this.tell({ type: 'authFailed', error: network() }),
        );
      case 'sync': {
        let { question } = command;
        for (const { id } of question.caches) world.asked(this, id);
        const { rules } = world;
        if (!rules.asksWithoutLive && question.live === null && this.#socket !== null)
          question = { ...question, live: { id: this.#socket, seq: 1e6, add: false } };
        const token = this.#token;
        const lost = () => this.tell({ type: 'checkFailed', error: network() });
        return request(
          'check',
          () => {
            const refusal = world.refusalOf(this, token);
            if (refusal !== null) return this.tell({ type: 'checkFailed', error: refusal });
            world.isSignedOut = false;
            const user = world.userOf(token);
            const { items, live } = world.service.check(question, user);
            const { live: socket } = question;
            if (socket !== null)
              for (const { id } of question.caches) world.fly('watch', this, () => world.service.watch(socket.id, id));
            const answer = () => {
              const isDouble = world.isDoubling;
              world.isDoubling = false;
              for (const item of items) {
                const told = user === world.owner ? world.spoil(this, item) : item;
                this.#hear(told);
                if (isDouble) this.#hear(told);
              }
              this.tell({ type: 'checked', end: { user, now: world.now + 1e12, live } });
            };
            const cut = () => {
              for (const item of items.slice(0, 1)) this.#hear(item);
              lost();
            };
            request('answer', answer, cut);
          },
          lost,
        );
      }
      case 'fetch': {
        const { cache, question } = command;
        const lost = () => this.tell({ type: 'fetchFailed', cache, error: network() });
        world.asked(this, cache);
        const token = this.#token;
        return request(
          'fetch',
          () => {
            const refusal = world.refusalOf(this, token, cache);
            if (refusal !== null) return this.tell({ type: 'fetchFailed', cache, error: refusal });
            const asked = { id: cache, etag: question.etag, minRevision: 0 };
            const item = world.service.answer(asked, question.maxAgeS !== null, world.userOf(token));
            request('body', () => this.#hear(item, 'fetched'), lost);
          },
          lost,
        );
      }
      case 'apply': {
        const apply = () => this.#apply(command.cache, command.item as ToldItem);
        if (!world.isSigningOut || this.#socket === null) return world.fly('apply', this, apply);
        world.isSigningOut = false;
        // It takes its time: all else may be dropped before.
        world.fly('apply', this, () => world.fly('apply', this, apply));
        return this.drop(4403);
      }
      case 'note':
        return world.fly('note', this, () => {
          const copy = this.copies.get(command.cache);
          if (!copy) return this.tell({ type: 'conflict', cache: command.cache });
          const { revision, version } = command.item;
          const newer = (told: number | null, held: number) => Math.max(told ?? 0, held);
          const { meta } = copy;
          const known = { version: newer(version, meta.version), revision: newer(revision, meta.revision) };
          this.#commit(command.cache, { ...meta, ...known }, copy.rows, command.item as ToldItem);
        });
      case 'compact':
        return world.fly('compact', this, () => {
          const copy = this.copies.get(command.cache);
          if (!copy) return this.tell({ type: 'conflict', cache: command.cache });
          this.#commit(command.cache, { ...copy.meta, changed: 0 }, copy.rows, null);
        });
      case 'drop':
        return world.fly('drop', this, () => this.#dropCaches([command.cache]));
      case 'dropAll':
        if (command.isFirst) world.tellOthers(this, 'signed out', (tab) => tab.tell({ type: 'signedOut' }));
        return world.fly('drop', this, () =>
          this.#dropCaches([...new Set([...command.caches, ...store.caches.keys()])]),
        );
      case 'keepUser':
        return world.fly('keep user', this, () => {
          if (this.generation !== store.generation) return world.kill(this);
          store.user ??= command.user;
          this.tell({ type: 'userKept', user: store.user, told: command.user, token: command.token });
        });
      case 'ticket': {
        const token = this.#token;
        const lost = () => this.tell({ type: 'unticketed', error: network() });
        const given = () => {
          const error = world.refusalOf(this, token, 'ticket');
          this.tell(error === null ? { type: 'ticketed' } : { type: 'unticketed', error });
        };
        return request('ticket', given, lost);
      }
      case 'open':
        return request(
          'open',
          () => {
            this.#socket = world.service.open(this.id);
            this.tell({ type: 'opened', id: this.#socket, checkWithinMs: 0 });
          },
          () => this.tell({ type: 'ended', code: 1006, wasOpen: false }),
        );
      case 'endSocket':
        return this.#endSocket();
      case 'abort':
        this.#requests += 1;
        return this.#endSocket();
      case 'yield':
        return world.release(this);
      case 'steal':
        return world.steal(this);
      case 'probe':
        return world.probe(this);
    }
  }

  #endSocket(): void {
    if (this.#socket !== null) this.world.service.sockets.delete(this.#socket);
    this.#socket = null;
  }

  /** The line breaks, or the service ends it. */
  drop(code = 1006): void {
    if (this.#socket === null) return;
    this.#endSocket();
    if (code === 4403) this.world.isSignedOut = true;
    this.tell({ type: 'ended', code, wasOpen: true });
  }

  #dropCaches(caches: readonly string[]): void {
    const { store } = this.world;
    if (this.generation === store.generation) for (const cache of caches) store.caches.delete(cache);
    const forget = (tab: ModelTab, event: { type: 'dropped' } | { type: 'hint'; rev: number }) => {
      for (const cache of caches) {
        tab.copies.set(cache, null);
        tab.tell({ ...event, cache });
      }
    };
    forget(this, { type: 'dropped' });
    this.world.tellOthers(this, 'denied', (tab) => forget(tab, { type: 'hint', rev: -1 }));
  }

  #hear(item: ToldItem, type: 'item' | 'fetched' = 'item'): void {
    this.tell({ type, cache: item.id, item });
  }

  /** Folds, verifies and commits. */
  #apply(cache: string, item: ToldItem) {
    const held = this.copies.get(cache);
    if (item.rows === null) return;
    let rows: Rows = item.rows;
    if (item.delta !== null) {
      if (!held) return this.tell({ type: 'conflict', cache });
      const fits = item.from !== null && hashOf(held.rows) === hashOf(item.from);
      if (!fits) rows = { ...item.rows, life: -1 };
    }
    if (this.world.rules.verifiesRows && hashOf(rows) !== item.hash) return this.tell({ type: 'wrong', cache });
    const { etag, tag, revision, hash } = item;
    const told = { etag: etag ?? '', tag: tag ?? '', version: rows.version, revision: revision ?? 0, hash };
    // Few deltas are enough to have the copy rewritten.
    const changed = item.delta === null ? 0 : (held?.meta.changed ?? 0) + 300;
    this.#commit(cache, metaOf({ ...told, rev: held?.meta.rev ?? 0, changed }), rows, item);
  }

  #commit(cache: string, from: Meta, rows: Rows, item: ToldItem | null) {
    const { world } = this;
    if (world.rules.comparesGenerations && this.generation !== world.store.generation) return world.kill(this);
    const expected = this.copies.get(cache)?.meta.rev ?? null;
    const held = world.store.caches.get(cache) ?? null;
    if (world.rules.comparesRevisions && (held?.meta.rev ?? null) !== expected)
      return this.tell({ type: 'conflict', cache });
    const meta = { ...from, rev: (held?.meta.rev ?? 0) + 1 };
    world.store.caches.set(cache, { meta, rows });
    world.committed(this, cache, held, { meta, rows }, item);
    this.copies.set(cache, { meta, rows });
    world.hint(this, cache, meta.rev);
    this.tell({ type: 'stored', cache, meta });
  }
}

/** Reasons for which a request as a whole may be refused. */
export const REFUSALS = { expired: refused(), busy: overloaded(503, 30) } satisfies Record<string, FreshetError>;
