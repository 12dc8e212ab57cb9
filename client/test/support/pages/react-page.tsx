/** Components of an app over a service in memory, for tests of the React entry in a page. */

import { StrictMode, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import type { Client, Parameters } from '../../../src/api.ts';
import { createClient, memory } from '../../../src/index.ts';
import { FreshetProvider, useCache, useRefresh, useStatus } from '../../../src/react.ts';
import { type FakeService, fakeService } from '../../../src/test.ts';

interface Car {
  name: string;
}

let renders = 0;

function Cars() {
  const { tables, status } = useCache<Car>('cars', { year: 1982 });
  const refresh = useRefresh('cars', { year: 1982 });
  renders += 1;
  if (status.data === 'none') return <p>{status.error?.code ?? 'loading'}</p>;
  return (
    <>
      <p>{status.sync}</p>
      <ul>
        {tables.cars?.toArray().map(({ name }) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
      <button type="button" onClick={() => void refresh()}>
        Refresh
      </button>
    </>
  );
}

function App() {
  const [isShown, setShown] = useState(true);
  const { sync } = useStatus();
  return (
    <>
      <output>{sync}</output>
      <button type="button" onClick={() => setShown(!isShown)}>
        Toggle
      </button>
      {isShown && <Cars />}
    </>
  );
}

/** What a test holds of the page. */
export interface Shown {
  service: FakeService;
  client: Client;
  root: Root;
}

/** Shows the app; `isServed`: a server has rendered it before. */
export function show(isServed = false): Shown {
  const service = fakeService();
  service.set('cars', { year: 1982 }, cars('buick', 'fiat'));
  const { url, fetch } = service;
  const client = createClient({ url, fetch, user: 'alice', auth: async () => 'token', store: memory(), live: 'off' });
  const app = (
    <StrictMode>
      <FreshetProvider client={client}>
        <App />
      </FreshetProvider>
    </StrictMode>
  );
  const place = document.body.appendChild(document.createElement('main'));
  if (isServed) place.innerHTML = renderToString(app);
  const root = isServed ? hydrateRoot(place, app) : createRoot(place);
  if (!isServed) root.render(app);
  return { service, client, root };
}

/** A table of cars with these names. */
export function cars(...names: string[]) {
  return { cars: { columns: ['name'], rows: names.map((name) => [name]) } };
}

/** How often the component of the cache was rendered so far. */
export function countRenders(): number {
  return renders;
}

/** Mounts and unmounts so many times; how many hold or listen then. */
export async function mountOften(times: number): Promise<number> {
  const { client, root } = show();
  let left = 0;
  const listen = (subscribe: (heard: () => void) => () => void) => (heard: () => void) => {
    const stop = subscribe(heard);
    left += 1;
    return () => {
      left -= 1;
      stop();
    };
  };
  const counting: Client = Object.assign(Object.create(client), {
    subscribe: listen(client.subscribe),
    cache(title: string, parameters: Parameters) {
      const cache = client.cache(title, parameters);
      left += 1;
      return Object.assign(Object.create(cache), {
        watch: listen(cache.watch),
        release() {
          left -= 1;
          cache.release();
        },
      });
    },
  });
  for (let at = 0; at < times; at += 1) {
    const app = (
      <FreshetProvider client={counting}>
        <Cars key={at} />
      </FreshetProvider>
    );
    flushSync(() => root.render(app));
  }
  flushSync(() => root.unmount());
  return left;
}

/** A component without a provider. */
export function renderAlone(): string {
  return renderToString(<Cars />);
}
