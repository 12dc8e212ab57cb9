/** A device as specified, without its regular checks: it checks when it connects or its set changes, and asks when it is poked. */
import { type Known, NOTHING, tagOfKey, type World } from './world.ts';

const HOUR_MS = 3_600_000;
let connections = 0;

export class ModelDevice {
  readonly #world: World;
  readonly #user: string;
  /** The caches that it wants, and what it has of each cache that it ever had. */
  wanted: readonly string[];
  readonly holds = new Map<string, Known>();
  /** Its connection, as long as the device considers it open. */
  socket: string | null = null;
  /** What it must still do: a full check, or questions about poked caches. */
  mustCheck = false;
  readonly poked = new Map<string, number>();
  #seq = 0;
  #underWay = 0;
  /** It was given something older than what it had. */
  wentBack = false;

  constructor(world: World, user: string, wanted: readonly string[]) {
    this.#world = world;
    this.#user = user;
    this.wanted = wanted;
  }

  get isBusy(): boolean {
    return this.mustCheck || this.poked.size > 0 || this.#underWay > 0 || this.socket === null;
  }

  connect(): void {
    const world = this.#world;
    connections += 1;
    const id = `0.${connections}`;
    world.lines.set(id, []);
    world.hubStep('ticket', { id, user: this.#user, device: 'd', expiresAt: world.now + 100 * HOUR_MS });
    world.hubStep('open', { id });
    this.socket = id;
    this.#seq = 0;
    this.mustCheck = true;
  }

  want(keys: readonly string[]): void {
    this.wanted = keys;
    this.mustCheck = true;
  }

  /** Takes the next message of its socket. */
  listen(): boolean {
    const line = this.socket === null ? undefined : this.#world.lines.get(this.socket);
    const message = line?.shift();
    if (message === undefined) return false;
    if (message === null) this.#end();
    else if ('poke' in message) for (const [tag, , revision] of message.poke) this.#hear(tag, revision);
    return true;
  }

  #end(): void {
    const { lines, attachments } = this.#world;
    if (this.socket === null) return;
    lines.delete(this.socket);
    attachments.delete(this.socket);
    this.socket = null;
  }

  /** Disconnects without notice; the hub may or may not hear of it. */
  drop(): void {
    const id = this.socket;
    this.#end();
    if (id !== null) this.#world.fly('end of a socket', () => this.#world.hubStep('closed', { id }));
  }

  #hear(tag: string, revision: number): void {
    const key = this.wanted.find((wanted) => tagOfKey(wanted) === tag);
    if (key === undefined || revision <= (this.holds.get(key)?.revision ?? 0)) return;
    this.poked.set(key, Math.max(revision, this.poked.get(key) ?? 0));
  }

  /** Sends what it must. Two checks may run at once. */
  act(): boolean {
    if (this.mustCheck && this.socket !== null) {
      this.mustCheck = false;
      this.#check(this.wanted, this.socket);
      return true;
    }
    const [next] = this.poked;
    if (next === undefined) return false;
    const [key, revision] = next;
    this.poked.delete(key);
    if (this.#world.rules.asksWithoutLive || this.socket === null) this.#ask(key, revision);
    else this.#check([key], this.socket);
    return true;
  }

  /** A full check: the hub first, then D1 for all caches, then the answer. */
  #check(keys: readonly string[], id: string): void {
    const world = this.#world;
    this.#seq += 1;
    const seq = world.seqOf(this.#seq);
    this.#send(() => {
      const landed = world.rules.heedsSeq ? seq : world.seqOf(0);
      const expiresAt = world.now + 100 * HOUR_MS;
      const answer = world.hubStep('subscribe', {
        id,
        user: this.#user,
        device: 'd',
        seq: landed,
        add: false,
        expiresAt,
        keys,
      });
      this.#send(() => {
        const found = keys.map((key) => [key, this.#lookUp(key, world.rules.asksAfterSubscribing)] as const);
        this.#send(() => {
          for (const [key, known] of found) this.#take(key, known);
          if (answer === 'gone' && this.socket === id) this.drop();
        });
      });
    });
  }

  #ask(key: string, revision: number): void {
    this.#send(
      () => {
        let known = this.#lookUp(key, false);
        if (known.revision < revision) known = this.#lookUp(key, true);
        this.#send(
          () => {
            this.#take(key, known);
            if (known.revision < revision) this.poked.set(key, revision);
          },
          () => this.poked.set(key, revision),
        );
      },
      () => this.poked.set(key, revision),
    );
  }

  #lookUp(key: string, isFresh: boolean): Known {
    const { copies } = this.#world;
    const copy = copies.get(key);
    if (copy !== undefined && !isFresh) return copy;
    const known = this.#world.inD1(key);
    if (known.revision > (copy?.revision ?? -1)) copies.set(key, known);
    return known;
  }

  /** Ignores what is older than what it has. */
  #take(key: string, known: Known): void {
    const before = this.holds.get(key) ?? NOTHING;
    if (known.revision < before.revision) return;
    if (known.version !== 0 && known.version < before.version) this.wentBack = true;
    this.holds.set(key, known);
  }

  /** A failed request is repeated as a whole. */
  #send(
    land: () => void,
    onLost: () => void = () => {
      this.mustCheck = true;
    },
  ): void {
    this.#underWay += 1;
    const done = (then: () => void) => () => {
      this.#underWay -= 1;
      then();
    };
    this.#world.flights.push({ name: 'request', land: done(land), lose: done(onLost) });
  }
}
