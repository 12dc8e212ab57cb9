/** Builds a client from its parts: the machine decides, the shell carries out. */

import type { Client, ClientEvent, Options, Storage } from '../api.ts';
import type { Command, Happening } from '../core/events.ts';
import type { Transport } from '../network/transport.ts';
import type { Store } from '../store/store.ts';
import { copiesOf } from './copies.ts';
import { holdersOf } from './holders.ts';
import { storeName } from './ids.ts';
import { heldIn, isPersisted, usageOf, whenOpen, wipeStore } from './inventory.ts';
import { machineOf } from './machine.ts';
import { newsOf } from './news.ts';
import { noticesOf } from './notices.ts';
import { othersOf } from './others.ts';
import { type Clock, platformLifecycle, report, type Shared } from './platform.ts';
import { requestsOf } from './requests.ts';
import { safeStoreOf } from './safe-store.ts';
import { settingsOf } from './settings.ts';
import { storageOf } from './storage.ts';
import { tokensOf } from './tokens.ts';

/** What a client needs besides its options. */
export interface Platform {
  store: Store;
  clock: Clock;
  /** Null: tabs cannot agree, so each of them asks for itself. */
  shared: Shared | null;
  transport(device: string): Transport;
}

export function clientOf(options: Options, { store, clock, shared: ofTabs, transport }: Platform): Client {
  const name = storeName(options.url, options.user);
  // No other tab sees rows in memory.
  const shared = store.lasts ? ofTabs : null;
  const lifecycle = options.lifecycle ?? platformLifecycle();
  let isClosed = false;
  let persisted = false;
  const emit = (event: ClientEvent) => {
    try {
      options.onEvent?.(event);
    } catch (error) {
      report(error);
    }
  };
  const tell = (happening: Happening) => machine.tell(happening);
  /** The status or the rows of a cache may have changed. */
  const look = (cache: string) => {
    news.of(cache);
    notices.heard();
  };
  const storage = (): Storage => (safe.isInMemory ? 'memory' : persisted ? 'persistent' : 'best-effort');

  const safe = safeStoreOf({
    store,
    name,
    clock,
    device: options.device,
    held: () => copies.wholes(),
    moved(cache, meta) {
      if (meta === null) return tell({ type: 'hint', cache, rev: -1 });
      copies.moved(cache, meta);
      tell({ type: 'read', cache, meta });
    },
    lost: () => tell({ type: 'lost' }),
    healed() {
      tell({ type: 'healed' });
      if (!machine.state.leads) asks.again();
    },
    wiped: () => void end(true),
  });
  const copies = copiesOf({
    store: safe,
    describe: (cache) => holders.describe(cache),
    toWall: (serviceMs) => (serviceMs === null ? null : serviceMs - machine.state.offsetMs),
    wall: clock.wall,
    changed: (cache, change) => holders.changed(cache, change),
  });
  const news = newsOf();
  const { tabs, asks, told, uses } = othersOf(name, {
    shared,
    state: () => machine.state,
    isClosed: () => isClosed,
    isOwn: (cache) => holders.isOwn(cache),
    news,
    tell,
    denied(cache) {
      copies.forget(cache);
      // A third tab may have stored it again in the meantime.
      tell({ type: 'hint', cache, rev: -1 });
    },
    bye: (wipe) => void end(wipe),
  });
  const holders = holdersOf({
    state: () => machine.state,
    copies,
    told,
    clock,
    storage,
    isClosed: () => isClosed,
    ask: (what, cache, maxAgeS) => asks.make(what, cache, maxAgeS),
    async drop(cache) {
      await opened(() => safe.handle.drop([cache], safe.generation));
      copies.forget(cache);
      tell({ type: 'dropped', cache });
      tabs.send({ kind: 'hint', cache, rev: -1 });
    },
    used(cache, title, parameters, isUsed) {
      uses.set(cache, title, parameters, isUsed);
      if (!machine.state.leads) tabs.send({ kind: 'use', used: [cache, title, parameters], isUsed });
    },
    forgotten(cache) {
      copies.free(cache);
      tell({ type: 'forgotten', cache });
    },
    left: look,
    progress: (cache) => requests.progress.get(cache),
  });
  let service: Transport | null = null;
  const requests = requestsOf({
    // The id of the device is in the store.
    transport: () => (service ??= transport(safe.device.device)),
    tokens: tokensOf((why) => options.auth(why), `${name}:auth`, shared, clock),
    title: (cache) => holders.describe(cache),
    tell,
    progressed: look,
  });
  const keep = storageOf({
    store: safe,
    copies,
    bodies: requests.bodies,
    maxBytes: options.maxBytes,
    offsetMs: () => machine.state.offsetMs,
    isUsed: (cache) => uses.isUsed(cache),
    tell,
    stored(cache, meta, how, bytes) {
      if (how !== 'note') emit({ name: how, cache, bytes });
      tabs.send({ kind: 'hint', cache, rev: meta.rev });
      holders.stored(cache);
    },
    evicted(cache) {
      emit({ name: 'store.evicted', cache });
      tabs.send({ kind: 'hint', cache, rev: -1 });
    },
    denied: (caches) => tabs.send({ kind: 'denied', caches }),
  });

  const carryOut = (command: Exclude<Command, { do: 'wake' }>) => {
    switch (command.do) {
      case 'tell':
        return emit(command.event);
      case 'settle':
        return asks.settle(command.waiters, command.error);
      case 'yield':
        return tabs.yield();
      case 'steal':
        return tabs.steal();
      case 'probe':
        return tabs.send({ kind: 'want' });
    }
    if (command.do === 'sync' && uses.round(clock.now())) tabs.send({ kind: 'who' });
    if (command.do === 'dropAll' && command.isFirst) tabs.send({ kind: 'signedOut' });
    requests.carryOut(command);
    keep(command);
  };
  const machine = machineOf(settingsOf(options), clock, carryOut, news, () => notices.heard());

  const notices = noticesOf({
    state: () => machine.state,
    storage,
    told,
    news,
    look(caches) {
      // Rows in memory are not visible to other tabs, so there is nothing to tell them.
      if (machine.state.leads && !isClosed) told.tell(machine.state, caches);
      return holders.look(caches);
    },
  });

  /** No event says that the app asked for persistence or that the user agreed: read it whenever it may have changed. */
  const readPersisted = async () => {
    const now = store.lasts && (await isPersisted());
    if (now === persisted) return;
    persisted = now;
    news.ofAll();
    notices.heard();
  };
  const stopListening = lifecycle.listen(() => {
    tell({ type: 'visible', isVisible: lifecycle.isVisible() });
    tell({ type: 'online', isOnline: lifecycle.isOnline() });
    void readPersisted();
  });
  const opening = safe.open().then(async (device) => {
    if (isClosed) return;
    const { isInMemory } = safe;
    tell({ type: 'started', device, isInMemory, isVisible: lifecycle.isVisible(), isOnline: lifecycle.isOnline() });
    tabs.queue();
    await readPersisted();
  });

  /** Ends everything; `wipe`: also clears what is shown. */
  let ended: Promise<void> | null = null;
  const end = (wipe: boolean): Promise<void> => {
    ended ??= (async () => {
      tell({ type: 'close' });
      isClosed = true;
      stopListening();
      asks.close();
      await opening.catch(() => {});
      if (wipe) copies.clear();
      notices.end();
      tabs.close();
      await safe.close().catch(() => {});
    })();
    return ended;
  };

  const opened = whenOpen(opening, () => isClosed);

  return {
    cache: (title, parameters = {}, cacheOptions = {}) => holders.hold(title, parameters, cacheOptions),
    peek: (title, parameters = {}, cacheOptions = {}) => holders.peek(title, parameters, cacheOptions),
    get status() {
      return notices.status;
    },
    subscribe: notices.subscribe,
    async check() {
      await opening;
      await asks.make('check', '', 0);
    },
    resume() {
      tell({ type: 'resume' });
      // The user may sign in in another tab than the leading one.
      tabs.send({ kind: 'resume' });
    },
    held: () => opened(() => heldIn(safe.handle)),
    usage: () =>
      opened(async () => {
        await readPersisted();
        return usageOf(safe.handle, persisted && !safe.isInMemory);
      }),
    async signOut({ wipe }) {
      tabs.send({ kind: 'bye', wipe });
      await end(wipe);
      if (wipe) await wipeStore(store, name);
    },
    close: () => end(false),
  };
}
