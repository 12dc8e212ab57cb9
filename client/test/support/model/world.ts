/** Tabs, their store, their lock and the service; everything between them takes a random time. */

import { seededRandom } from '../../../../tools/measure/harness/random.ts';
import type { FreshetError } from '../../../src/error.ts';
import type { Meta } from '../../../src/store/store.ts';
import { itemOf } from '../machine/drive.ts';
import type { ClientRules } from './rules.ts';
import { hashOf, ModelService, type Rows, type ToldItem } from './service.ts';
import { ModelTab, REFUSALS } from './tab.ts';

export interface Flight {
  name: string;
  tab: ModelTab;
  land: () => void;
  lose: (() => void) | null;
}

export interface Stored {
  meta: Meta;
  rows: Rows;
}

const MINUTE_MS = 60_000;
const USER = 'alice';

export class World {
  readonly rules: ClientRules;
  readonly random: () => number;
  now = 1_000_000;
  readonly service = new ModelService();
  readonly store = { user: null as string | null, generation: 1, caches: new Map<string, Stored>() };
  readonly flights: Flight[] = [];
  readonly tabs: ModelTab[] = [];
  /** Whoever holds the lock. */
  leader: ModelTab | null = null;
  /** What was found wrong. */
  faults: string[] = [];
  /** What the next item that is heard is replaced by: a fault of the service. */
  spoils: ('busy' | 'loading' | 'broken')[] = [];
  /** Tokens: the last that was given, those that are refused, and of whom it is. */
  #token = 0;
  readonly #users = new Map<number, string>();
  readonly refused = new Set<number>();
  isRefusing = false;
  isBusy = false;
  /** The next answer, or what a socket is told next, comes twice. */
  isDoubling = false;
  nextUser = USER;
  /** In few worlds: where nothing is held there is little to go wrong. */
  readonly hasSignOuts: boolean;
  /** The service signs the user out as soon as an answer is being stored. */
  isSigningOut = false;
  /** The service has signed the user out, and has answered nothing since. */
  isSignedOut = false;
  /** How often a token was asked for. */
  auths = 0;
  readonly #asked = new Map<string, number[]>();
  readonly #floors = new Map<string, number>();
  #tabs = 0;

  constructor(rules: ClientRules, seed: number) {
    this.rules = rules;
    this.random = seededRandom(seed);
    this.hasSignOuts = seed % 8 === 0;
    this.openTab();
    this.openTab();
  }

  openTab(): void {
    this.#tabs += 1;
    this.tabs.push(new ModelTab(this, this.#tabs));
  }

  /** Dies between two steps: what it had under way goes with it. */
  kill(tab: ModelTab): void {
    this.release(tab);
    if (tab.socket !== null) this.service.sockets.delete(tab.socket);
    tab.isAlive = false;
    // Nobody else knows what it was to drop.
    if (this.flights.some((flight) => flight.tab === tab && /^(drop|signed out)$/.test(flight.name)))
      this.isSignedOut = false;
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    for (const flight of [...this.flights])
      if (flight.tab === tab) this.flights.splice(this.flights.indexOf(flight), 1);
    this.openTab();
  }

  /** Signs out in one tab: nothing is left. The others hear of it late, or only by their next commit, where they were frozen. */
  wipe(tab: ModelTab, isHeard: boolean): void {
    this.store.caches.clear();
    this.store.user = null;
    this.store.generation += 1;
    this.isSignedOut = false;
    for (const other of isHeard ? this.tabs : []) if (other !== tab) this.fly('bye', other, () => this.kill(other));
    this.kill(tab);
  }

  fly(name: string, tab: ModelTab, land: () => void, lose: (() => void) | null = null): void {
    this.flights.push({ name, tab, land, lose });
  }

  // The lock.

  grant(): void {
    if (this.leader !== null) return;
    const next = this.tabs.find(({ state }) => state.isVisible) ?? this.tabs[0];
    if (next === undefined) return;
    this.leader = next;
    next.tell({ type: 'lead', leads: true });
  }

  release(tab: ModelTab): void {
    if (this.leader !== tab) return;
    this.leader = null;
    tab.tell({ type: 'lead', leads: false });
    const other = this.tabs.find((waiting) => waiting !== tab) ?? tab;
    this.fly('lock', other, () => this.grant());
  }

  steal(tab: ModelTab): void {
    const before = this.leader;
    this.leader = tab;
    // It may be frozen, and continue its work before it notices that.
    if (before !== null)
      this.fly('lock lost', before, () => before.tell({ type: 'lead', leads: this.leader === before }));
    tab.tell({ type: 'lead', leads: true });
  }

  probe(tab: ModelTab): void {
    const { leader } = this;
    if (leader === null || leader === tab) return;
    this.fly('probe', leader, () => {
      if (this.leader !== leader) return;
      leader.tell({ type: 'leadWanted' });
      this.fly('answer to a probe', tab, () => tab.tell({ type: 'leaderHeard' }));
    });
  }

  hint(from: ModelTab, cache: string, rev: number): void {
    this.tellOthers(from, 'hint', (tab) => tab.tell({ type: 'hint', cache, rev }));
  }

  /** The service was restored: who is live does not know it before the next full check. */
  wasRestored = false;
  hasLagged = false;

  /** Who is signed in, as far as the store knows. */
  get owner(): string {
    return this.store.user ?? USER;
  }

  // Tokens.

  newToken(): number {
    this.#token += 1;
    this.#users.set(this.#token, this.nextUser);
    this.nextUser = this.owner;
    if (this.isRefusing) this.refused.add(this.#token);
    return this.#token;
  }

  expire(): void {
    this.refused.add(this.#token);
  }

  userOf(token: number): string {
    return this.#users.get(token) ?? USER;
  }

  refusalOf(tab: ModelTab, token: number, of = '*'): FreshetError | null {
    if (this.refused.has(token)) return REFUSALS.expired;
    if (!this.isBusy) return null;
    this.isBusy = false;
    this.#floors.set(`${tab.id} ${of}`, this.now + 30_000);
    return REFUSALS.busy;
  }

  authBegins(): void {
    this.auths += 1;
  }

  /** Other tabs are told. */
  tellOthers(from: ModelTab, name: string, heard: (tab: ModelTab) => void): void {
    for (const tab of this.tabs) if (tab !== from) this.fly(name, tab, () => heard(tab));
  }

  // What must hold.

  /** Counts requests for a cache. */
  asked(tab: ModelTab, cache: string): void {
    const times = [...(this.#asked.get(cache) ?? []), this.now].filter((at) => at > this.now - MINUTE_MS);
    this.#asked.set(cache, times);
    // A wake-up, a poke and a load may each ask once more: what is bounded is going on and on.
    if (times.length > 60 * this.tabs.length) this.faults.push('more than a request a second');
    // What the service has told a tab, another one does not know.
    const floor = Math.max(this.#floors.get(`${tab.id} ${cache}`) ?? 0, this.#floors.get(`${tab.id} *`) ?? 0);
    if (this.now < floor) this.faults.push('asked before the service allowed it');
  }

  /** Spoils an item on its way. */
  spoil(tab: ModelTab, item: ToldItem): ToldItem {
    const spoil = this.spoils.shift();
    if (spoil === undefined) return item;
    if (spoil === 'broken') return item.rows === null ? item : { ...item, rows: { ...item.rows, life: -2 } };
    const retryAfterS = 20;
    this.#floors.set(`${tab.id} ${item.id}`, this.now + retryAfterS * 1000);
    const status = spoil === 'busy' ? 503 : 202;
    const { id, tag } = item;
    // What is being loaded is told when it is there.
    if (spoil === 'loading') this.fly('load', tab, () => this.service.load(id));
    return { ...itemOf({ id, tag, status, taskId: 't', retryAfterS }), rows: null, from: null, asked: item.asked };
  }

  readonly #taken = new WeakSet<ToldItem>();

  /** `item`: the answer; null: the copy was rewritten, as it was. */
  committed(tab: ModelTab, cache: string, before: Stored | null, { meta, rows }: Stored, item: ToldItem | null): void {
    if (tab.generation !== this.store.generation) this.faults.push('written after a wipe');
    if (item !== null && this.#taken.has(item)) this.faults.push('an answer was stored twice');
    if (item !== null) this.#taken.add(item);
    if (item === null && before?.meta.etag !== meta.etag) this.faults.push('rows of another version were written anew');
    if (meta.etag !== `tag-${cache}-v${rows.version}` || rows.key !== cache) this.faults.push('etag of other rows');
    if (!this.service.had.has(hashOf(rows))) this.faults.push('rows that the service never had');
    // The first answer says whose the store is.
    if (rows.user !== this.store.user) this.faults.push('rows of another user');
    const isLower = before !== null && meta.version < before.meta.version;
    if (isLower && item?.asked !== before.meta.etag) this.faults.push('a version went down unasked');
  }
}
