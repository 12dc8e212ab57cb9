/** Facts about the device: its connection, the tab that leads, and the tables that it holds. */

import type { Held, Storage } from '@freshet/client';
import { useFreshet, useStatus } from '@freshet/client/react';
import { useState } from 'react';
import { type Inventory, useInventory } from './hooks.ts';
import { shell } from './install.ts';
import { isSwitchedOff } from './line.ts';
import { LISTINGS } from './listings.ts';
import { Fact, Facts, Panel } from './panel.tsx';
import { useTold } from './told.ts';
import { number, size } from './words.ts';

const STORAGE_WORDS: Readonly<Record<Storage, string>> = {
  persistent: 'until you sign out',
  'best-effort': 'unless the browser needs the room',
  memory: 'in memory only, until this tab closes',
};
const SHELL_WORDS = { unknown: '…', kept: 'opens offline', none: 'needs a network to open' };

export function DevicePanel() {
  const { storage, leads } = useStatus();
  const inventory = useInventory();
  const app = useTold(shell);
  return (
    <Panel title="This device">
      <Facts>
        <Fact name="Connection">
          <Connection />
        </Fact>
        <Fact name="This tab">{leads ? 'connects for all tabs' : 'uses another tab’s connection'}</Fact>
        <Fact name="Kept">
          {STORAGE_WORDS[storage]} {storage === 'best-effort' && <KeepButton />}
        </Fact>
        <Fact name="Stored">{inventory === null ? '…' : room(inventory)}</Fact>
        <Fact name="The app">{SHELL_WORDS[app]}</Fact>
      </Facts>
      <h3>Tables held</h3>
      {inventory !== null && <HeldList held={inventory.held} />}
    </Panel>
  );
}

function Connection() {
  const { sync, leads } = useStatus();
  const isOff = useTold(isSwitchedOff);
  if (isOff) return 'switched off by you';
  if (!leads) return 'through another tab';
  if (sync === 'live') return 'live socket';
  if (sync === 'offline') return navigator.onLine ? 'the service cannot be reached' : 'no network';
  if (sync === 'needs-auth') return 'none: no valid token';
  return sync === 'idle' ? 'no socket: checks every 15 min' : 'checking…';
}

function room({ bytes, quota }: Inventory): string {
  return quota === null ? size(bytes) : `${size(bytes)} of ${size(quota)}`;
}

/** Browsers decide by their own rules, and some ask the user; so this is done only on a click. */
function KeepButton() {
  const [answer, setAnswer] = useState<boolean | null>(null);
  // The client reads the answer when it starts.
  if (answer !== null) return answer ? '(granted from the next start on)' : '(the browser does not grant more)';
  const ask = async () => setAnswer(await navigator.storage.persist());
  return (
    <button type="button" className="link" onClick={() => void ask()}>
      Ask to keep
    </button>
  );
}

function HeldList({ held }: { held: readonly Held[] }) {
  if (held.length === 0) return <p className="hint">None yet.</p>;
  return (
    <ul className="held">
      {held.map((one) => (
        <HeldCache key={one.etag} {...one} />
      ))}
    </ul>
  );
}

function HeldCache({ title, parameters, version, rows, bytes, keep }: Held) {
  const client = useFreshet();
  const label = LISTINGS.find((one) => one.title === title)?.label ?? title;
  const values = Object.values(parameters).join(', ');
  const drop = async () => {
    const cache = client.cache(title, parameters);
    await cache.drop();
    cache.release();
  };
  return (
    <li>
      <span>
        {label} {values}
      </span>
      <span className="hint">
        v{version} · {number(rows)} rows · {size(bytes)} ·{' '}
        {keep === 'pinned' ? 'always kept' : 'kept while there is room'}
      </span>
      <button type="button" className="link" onClick={() => void drop()}>
        Drop
        <span className="sr-only">
          {' '}
          {label} {values}
        </span>
      </button>
    </li>
  );
}
