/** What somebody writes who follows the README: one cache, shown by React. */

import { createClient } from '@freshet/client';
import { FreshetProvider, useCache, useFreshet } from '@freshet/client/react';
import { createRoot } from 'react-dom/client';

const settings = new URLSearchParams(location.search);
const client = createClient({
  url: settings.get('api') ?? '',
  user: 'alice',
  auth: async () => settings.get('token'),
});

interface Item {
  id: number;
  answer: number;
}

function Items() {
  const { tables, status, version } = useCache<Item>('items');
  const client = useFreshet();
  if (status.data === 'none') return <p id="status">{status.error?.message ?? 'loading'}</p>;
  return (
    <>
      <p id="status">{status.sync}</p>
      <p id="version">{version}</p>
      <ul>
        {tables.items?.toArray().map(({ id, answer }) => (
          <li key={id}>
            item {id}: {answer}
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => void client.cache('items').refresh()}>
        Refresh
      </button>
    </>
  );
}

const root = document.querySelector('#root');
if (root !== null) {
  createRoot(root).render(
    <FreshetProvider client={client}>
      <Items />
    </FreshetProvider>,
  );
}
