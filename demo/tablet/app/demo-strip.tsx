/** Controls that only the demo has: changing rows, making the ERP slow or fail, and switching the app offline. */

import type { Parameters } from '@freshet/client';
import { useEffect, useId, useState } from 'react';
import { changeRows, type Erp, MOODS, type Mood, tellErp } from './erp.ts';
import { isSwitchedOff } from './line.ts';
import type { Listing } from './listings.ts';
import { useTold } from './told.ts';

const ROWS = 5;
const MOOD_WORDS: Readonly<Record<Mood, string>> = { well: 'well', slow: 'slow', down: 'down' };

interface Shown {
  listing: Listing;
  parameters: Parameters;
  user: string;
  /** When the rows on the screen were loaded from the ERP. */
  loadedAt: number | null;
}

export function DemoStrip({ listing, parameters, user, loadedAt }: Shown) {
  const id = useId();
  const [erp, setErp] = useState<Erp | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isOff = useTold(isSwitchedOff);
  const tell = async (work: () => Promise<Erp>) => {
    setBusy(true);
    try {
      setErp(await work());
      setFault(null);
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `loadedAt` differs after each load, so the count does too.
  useEffect(() => {
    tellErp().then(
      (now) => {
        setErp(now);
        setFault(null);
      },
      () => undefined,
    );
  }, [loadedAt]);
  const asked = erp?.requests[listing.erpPath(parameters, user)] ?? 0;
  return (
    <section className="demo" aria-label="Try it">
      <h2>Try it</h2>
      <button
        type="button"
        disabled={isBusy}
        onClick={() => void tell(() => changeRows(listing, parameters, user, ROWS))}
      >
        Change {ROWS} rows in the ERP
      </button>
      <div className="field inline">
        <label htmlFor={id}>The ERP is</label>
        <select
          id={id}
          value={erp?.mood ?? 'well'}
          disabled={erp === null || isBusy}
          onChange={(event) => {
            const mood = event.currentTarget.value as Mood;
            void tell(() => tellErp(MOODS[mood]));
          }}
        >
          {Object.entries(MOOD_WORDS).map(([mood, words]) => (
            <option key={mood} value={mood}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          checked={isOff}
          aria-checked={isOff}
          onChange={(event) => isSwitchedOff.set(event.currentTarget.checked)}
        />
        Go offline
      </label>
      {asked > 0 && (
        <p className="hint">
          For all devices together, the ERP got {asked === 1 ? 'one request' : `${asked} requests`} for these rows.
        </p>
      )}
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </section>
  );
}
