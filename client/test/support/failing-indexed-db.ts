/**
 * IndexedDB as it fails on devices: wraps a real one and makes a step fail. It implements the part of the interface that
 * client/src/store/indexed-db-connection.ts uses.
 */

/** What is about to happen: calls of the app, and events of the platform. */
export interface Step {
  what: 'open' | 'opened' | 'transaction' | 'request' | 'answer' | 'complete';
  /** Counts all steps from 1. */
  n: number;
  /** Of a request or its answer: `put chunk`. */
  request?: string;
}

/**
 * - `throws`: the call throws UnknownError; instead of an event nothing comes and later calls throw
 * - `fails`: the request, or at `transaction` its commit, fails with UnknownError ("Connection to Indexed Database server lost")
 * - `silent`: nothing comes of it
 * - `closes`: the platform closes the connection, with all events; later calls on it throw InvalidStateError
 * - `dies`: the same without any event
 * - `full`: the request, or at `transaction` its commit, fails with QuotaExceededError
 * - `unreadable`: the request fails with NotReadableError
 * - `killed`: the app ends: no event, no call has an effect any more, and what was not committed is undone
 */
export type Fault = 'throws' | 'fails' | 'silent' | 'closes' | 'dies' | 'full' | 'unreadable' | 'killed';

type Listener = ((event: Event) => void) | null;
interface FakeRequest {
  result: unknown;
  error: unknown;
  onsuccess: Listener;
  onerror: Listener;
  onupgradeneeded: Listener;
}
interface FakeTransaction {
  error: unknown;
  oncomplete: Listener;
  onabort: Listener;
  objectStore(name: string): unknown;
  abort(): void;
}
interface FakeDatabase {
  objectStoreNames: DOMStringList;
  onclose: Listener;
  onversionchange: Listener;
  transaction(names: string[], mode: IDBTransactionMode, options?: IDBTransactionOptions): FakeTransaction;
  close(): void;
}

const MESSAGES = {
  fails: ['Connection to Indexed Database server lost. Refresh the page to try again', 'UnknownError'],
  full: ['The quota has been exceeded.', 'QuotaExceededError'],
  unreadable: ['Data lost due to missing file. Affected record should be considered irrecoverable', 'NotReadableError'],
  closing: ['The database connection is closing.', 'InvalidStateError'],
} as const;
const failure = (kind: keyof typeof MESSAGES) => new DOMException(...MESSAGES[kind]);
const event = { preventDefault() {}, stopPropagation() {} } as Event;
const METHODS = ['get', 'getAll', 'getAllKeys', 'put', 'delete', 'clear', 'count'] as const;

/** One app's view of the databases of a device. */
export class FailingIndexedDb {
  /** `indexedDB` is undefined. */
  isGone = false;
  /** The app was killed. */
  isDead = false;
  /** How often it was asked to open a database, and how many connections are open. */
  openings = 0;
  connections = 0;
  steps = 0;
  readonly #real: IDBFactory;
  readonly #fault: (step: Step) => Fault | undefined;
  readonly #running = new Set<() => void>();
  readonly #open = new Set<() => void>();

  constructor(real: IDBFactory, fault: (step: Step) => Fault | undefined = () => undefined) {
    this.#real = real;
    this.#fault = fault;
  }

  /** What `indexedDb({ factory })` takes. */
  readonly factory = (): IDBFactory | undefined => {
    if (this.isGone) return undefined;
    return {
      open: (name: string, version: number) => this.#opened(name, version),
      deleteDatabase: (name: string) => this.#real.deleteDatabase(name),
    } as unknown as IDBFactory;
  };

  /** Ends the app. */
  kill(): void {
    this.isDead = true;
    for (const stop of [...this.#running]) stop();
  }

  /** Closes all connections, and tells it, as a platform does while an app sleeps. */
  close(): void {
    for (const close of [...this.#open]) close();
  }

  #next(what: Step['what'], request?: string): Fault | undefined {
    if (this.isDead) return 'throws';
    this.steps += 1;
    const fault = this.#fault({ what, n: this.steps, ...(request === undefined ? {} : { request }) });
    if (fault === 'killed') this.kill();
    return fault;
  }

  #opened(name: string, version: number): FakeRequest {
    const fault = this.#next('open');
    this.openings += 1;
    if (fault === 'throws' || fault === 'killed' || this.isDead) throw failure('fails');
    const request = newRequest();
    if (fault === 'silent' || fault === 'dies') return request;
    if (fault) {
      setImmediate(() => end(request, failure(fault === 'full' ? 'full' : 'fails')));
      return request;
    }
    const real = this.#real.open(name, version);
    real.onupgradeneeded = () => {
      request.result = real.result;
      if (this.isDead) real.transaction?.abort();
      else request.onupgradeneeded?.(event);
    };
    real.onerror = () => {
      if (!this.isDead) end(request, real.error);
    };
    real.onsuccess = () => {
      const fault = this.#next('opened');
      if (!fault) {
        request.result = this.#database(real.result);
        request.onsuccess?.(event);
        return;
      }
      real.result.close();
      if (fault === 'fails' || fault === 'full' || fault === 'closes')
        end(request, failure(fault === 'full' ? 'full' : 'fails'));
    };
    return request;
  }

  #database(real: IDBDatabase): FakeDatabase {
    this.connections += 1;
    let isClosed = false;
    const transactions = new Set<(withEvents: boolean) => void>();
    const close = (withEvents: boolean) => {
      if (isClosed) return;
      isClosed = true;
      this.connections -= 1;
      this.#running.delete(stop);
      this.#open.delete(closeAloud);
      for (const end of transactions) end(withEvents);
      real.close();
      if (withEvents) database.onclose?.(event);
    };
    const stop = () => close(false);
    const closeAloud = () => close(true);
    this.#running.add(stop);
    this.#open.add(closeAloud);
    const database: FakeDatabase = {
      objectStoreNames: real.objectStoreNames,
      onclose: null,
      onversionchange: null,
      transaction: (names, mode, options) => {
        if (isClosed) throw failure('closing');
        const fault = this.#next('transaction');
        if (fault === 'closes' || fault === 'dies') close(fault === 'closes');
        if (isClosed) throw failure('closing');
        if (fault === 'throws' || fault === 'killed') throw failure('fails');
        return this.#transaction(real.transaction(names, mode, options), transactions, close, fault);
      },
      // An app's own closing lets what runs end, and makes no event.
      close: () => {
        if (isClosed) return;
        isClosed = true;
        this.connections -= 1;
        this.#running.delete(stop);
        this.#open.delete(closeAloud);
        real.close();
      },
    };
    real.onversionchange = () => {
      if (!this.isDead) database.onversionchange?.(event);
    };
    return database;
  }

  #transaction(
    real: IDBTransaction,
    running: Set<(withEvents: boolean) => void>,
    close: (withEvents: boolean) => void,
    fault: Fault | undefined,
  ): FakeTransaction {
    const isSilent = fault === 'silent';
    let isOver = false;
    let open = 0;
    const over = () => {
      isOver = true;
      running.delete(end);
    };
    const end = (withEvents: boolean) => {
      if (isOver) return;
      over();
      abort(real);
      if (withEvents) setImmediate(() => transaction.onabort?.(event));
    };
    running.add(end);
    const transaction: FakeTransaction = {
      error: null,
      oncomplete: null,
      onabort: null,
      objectStore: (name) => {
        const store = real.objectStore(name) as unknown as Record<string, (...args: unknown[]) => IDBRequest>;
        const methods = METHODS.map((method) => [
          method,
          (...args: unknown[]) =>
            this.#request(() => store[method]?.(...args) as IDBRequest, `${method} ${name}`, context),
        ]);
        return Object.fromEntries(methods);
      },
      abort: () => {
        if (isOver) throw failure('closing');
        real.abort();
      },
    };
    const fail = (error: DOMException) => {
      transaction.error = error;
      abort(real);
    };
    const context: Context = {
      isOver: () => isOver,
      isSilent,
      close,
      fail,
      asked: () => {
        open += 1;
      },
      // A transaction that will fail at its commit does so when its last write has been answered.
      answered: (name) => {
        open -= 1;
        if (open === 0 && !name.startsWith('get') && (fault === 'full' || fault === 'fails')) fail(failure(fault));
      },
    };
    real.oncomplete = () => {
      if (isOver) return;
      const fault = this.#next('complete');
      over();
      if (!fault && !isSilent) transaction.oncomplete?.(event);
      // It is committed all the same: only the news is lost.
      else if (fault === 'closes') close(true);
      else if (fault === 'dies' || fault === 'throws') close(false);
    };
    real.onabort = () => {
      if (isOver) return;
      over();
      transaction.error ??= real.error;
      if (!isSilent && !this.isDead) transaction.onabort?.(event);
    };
    return transaction;
  }

  #request(make: () => IDBRequest, name: string, context: Context): FakeRequest {
    const { isOver, isSilent, close, fail } = context;
    if (isOver()) throw failure('closing');
    const request = newRequest();
    const fault = this.#next('request', name);
    if (fault === 'closes' || fault === 'dies') close(fault === 'closes');
    if (fault === 'throws' || fault === 'killed' || isOver()) throw failure('fails');
    const real = make();
    context.asked();
    real.onerror = (event) => {
      event.preventDefault();
      if (!isSilent && !isOver()) end(request, real.error);
    };
    real.onsuccess = () => {
      if (isOver() || isSilent || fault === 'silent') return;
      const late = fault ?? this.#next('answer', name);
      if (late === 'closes' || late === 'dies' || late === 'throws') close(late === 'closes');
      else if (late === 'fails' || late === 'full' || late === 'unreadable') {
        const error = failure(late);
        let isCaught = false;
        request.error = error;
        request.onerror?.({ ...event, preventDefault: () => (isCaught = true) } as unknown as Event);
        if (!isCaught) fail(error);
      } else if (!late) {
        request.result = real.result;
        request.onsuccess?.(event);
        context.answered(name);
      }
    };
    return request;
  }
}

interface Context {
  isOver(): boolean;
  isSilent: boolean;
  close(withEvents: boolean): void;
  fail(error: DOMException): void;
  asked(): void;
  answered(name: string): void;
}

function newRequest(): FakeRequest {
  return { result: undefined, error: null, onsuccess: null, onerror: null, onupgradeneeded: null };
}

function end(request: FakeRequest, error: unknown): void {
  request.error = error;
  request.onerror?.(event);
}

function abort(real: IDBTransaction): void {
  try {
    real.abort();
  } catch {
    // It is over already.
  }
}
