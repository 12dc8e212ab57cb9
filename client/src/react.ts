/** React hooks that show caches. A mounted component holds its cache, and renders again when the snapshot differs. */

import {
  createContext,
  createElement,
  type FunctionComponentElement,
  type ProviderProps,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useSyncExternalStore,
} from 'react';
import type { CacheOptions, Client, ClientStatus, Parameters, Row, Snapshot } from './api.ts';

const Context = createContext<Client | null>(null);

// On a server nothing is held or known, and the first render in the browser must match.
const UNKNOWN: ClientStatus = {
  sync: 'reading',
  storage: 'memory',
  leads: false,
  checkedAt: null,
  retryAt: null,
  error: null,
};
const NOTHING: Snapshot<never> = {
  version: null,
  etag: null,
  tables: {},
  body: null,
  status: {
    data: 'none',
    storage: 'memory',
    sync: 'reading',
    checkedAt: null,
    loadedAt: null,
    expiresAt: null,
    retryAt: null,
    progress: null,
    error: null,
  },
};

/** Provides the components below with a client. */
export function FreshetProvider({
  client,
  children,
}: {
  client: Client;
  children?: ReactNode;
}): FunctionComponentElement<ProviderProps<Client | null>> {
  return createElement(Context.Provider, { value: client }, children);
}

/** The client of the nearest provider. @throws Error without a provider */
export function useFreshet(): Client {
  const client = useContext(Context);
  if (client === null) throw new Error('There is no <FreshetProvider client={…}> above this component.');
  return client;
}

/** The status of the client: online, needs a sign-in, and so on. */
export function useStatus(): ClientStatus {
  const client = useFreshet();
  return useSyncExternalStore(
    useCallback((heard: () => void) => client.subscribe(heard), [client]),
    () => client.status,
    () => UNKNOWN,
  );
}

/** A cache, as long as the component is mounted. Parameters and options may be new objects at each render. */
export function useCache<T extends object = Row>(
  title: string,
  parameters?: Parameters,
  options?: CacheOptions,
): Snapshot<T> {
  const client = useFreshet();
  const cache = useStable({ title, parameters, options });
  const subscribe = useCallback(
    (heard: () => void) => {
      const held = client.cache<T>(cache.title, cache.parameters, cache.options);
      const stop = held.watch(heard);
      return () => {
        stop();
        held.release();
      };
    },
    [client, cache],
  );
  return useSyncExternalStore(
    subscribe,
    () => client.peek<T>(cache.title, cache.parameters, cache.options),
    () => NOTHING,
  );
}

/** A function that makes the service load a cache from its origin: for a button. Rejects as `Cache.refresh` does. */
export function useRefresh(title: string, parameters?: Parameters): () => Promise<void> {
  const client = useFreshet();
  const cache = useStable({ title, parameters });
  return useCallback(async () => {
    const held = client.cache(cache.title, cache.parameters);
    try {
      await held.refresh();
    } finally {
      held.release();
    }
  }, [client, cache]);
}

/** The same object as long as its JSON is the same. */
function useStable<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  return useMemo(() => JSON.parse(text) as Value, [text]);
}
