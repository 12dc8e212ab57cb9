/** The status of the rows on the screen, and what the user can do about it. */

import type { CacheStatus, Parameters } from '@freshet/client';
import { useFreshet, useRefresh } from '@freshet/client/react';
import { useEffect, useState } from 'react';
import { type LastChange, useNow } from './hooks.ts';
import { Spinner } from './icons.tsx';
import type { Listing } from './listings.ts';
import { pageOf, remedyOf } from './remedies.ts';
import { sayStatus } from './say-status.ts';
import { TokenForm } from './sign-in.tsx';
import { count } from './words.ts';

interface Shown {
  listing: Listing;
  parameters: Parameters;
  status: CacheStatus;
  change: LastChange | null;
}

/** A status must stay this long before it is announced: a short check is not worth announcing. */
const QUIET_MS = 700;

export function StatusBar({ listing, parameters, status, change }: Shown) {
  const client = useFreshet();
  const refresh = useRefresh(listing.title, parameters);
  const [isRefreshing, setRefreshing] = useState(false);
  const [fault, setFault] = useState<Error | null>(null);
  const said = sayStatus(status, useNow());
  const isBusy = isRefreshing || said.tone === 'busy';
  const canAsk = status.sync !== 'needs-auth' && status.sync !== 'denied';
  const load = async () => {
    setRefreshing(true);
    setFault(null);
    try {
      await refresh();
    } catch (error) {
      setFault(error as Error);
    } finally {
      setRefreshing(false);
    }
  };
  return (
    <>
      <section className="status" data-tone={said.tone} aria-label="Status">
        <p className="said">
          <span className="dot" aria-hidden="true" />
          <strong>{said.label}</strong>
          <span className="detail">{said.detail}</span>
        </p>
        <div className="choices">
          {canAsk && status.retryAt !== null && (
            <button type="button" onClick={() => client.check().catch(() => undefined)}>
              Try now
            </button>
          )}
          {canAsk && (
            <button type="button" className="primary" disabled={isRefreshing} onClick={() => void load()}>
              {isRefreshing ? (
                <>
                  <Spinner /> Asking the ERP…
                </>
              ) : (
                'Refresh'
              )}
            </button>
          )}
        </div>
        <Progress isBusy={isBusy} progress={status.progress} />
      </section>
      <Announcement text={`${said.label}. ${changeWords(change)}`} />
      {status.sync === 'needs-auth' && <SignInAgain />}
      {status.error !== null && status.sync !== 'needs-auth' && status.sync !== 'offline' && (
        <Fault error={status.error} isHeld={status.data === 'held'} />
      )}
      {fault !== null && status.error === null && (
        <Fault
          error={fault as NonNullable<CacheStatus['error']>}
          isHeld={status.data === 'held'}
          what="The refresh failed."
        />
      )}
    </>
  );
}

function changeWords(change: LastChange | null): string {
  if (change === null) return '';
  return change.isWhole
    ? 'The whole table is new.'
    : `${count(change.came, ['row', 'rows'])} added, ${change.went} removed.`;
}

/** The text for screen readers, once it has stopped changing. */
function Announcement({ text }: { text: string }) {
  const [told, setTold] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setTold(text), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p className="sr-only" aria-live="polite" role="status">
      {told}
    </p>
  );
}

function Progress({ isBusy, progress }: { isBusy: boolean; progress: CacheStatus['progress'] }) {
  if (!isBusy) return null;
  const known = progress?.of == null ? {} : { value: progress.bytes, max: progress.of };
  return <progress aria-label="Loading" {...known} />;
}

interface FaultShown {
  error: NonNullable<CacheStatus['error']>;
  isHeld: boolean;
  what?: string;
}

function Fault({ error, isHeld, what }: FaultShown) {
  const page = pageOf(error);
  return (
    <div className="notice" data-tone="bad">
      <p>
        {what !== undefined && <strong>{what} </strong>}
        {sentence(error.message)} <code>{error.code}</code>
      </p>
      <p>
        {remedyOf(error, isHeld)}{' '}
        {page !== null && (
          <a href={page} target="_blank" rel="noreferrer">
            What this means
          </a>
        )}
      </p>
      {error.requestId !== undefined && (
        <p className="hint">
          In the service’s log: <code>{error.requestId}</code>
        </p>
      )}
    </div>
  );
}

/** The client's messages are not full sentences. */
function sentence(message: string): string {
  return message.slice(0, 1).toUpperCase() + message.slice(1).replace(/\.?$/, '.');
}

function SignInAgain() {
  return (
    <div className="notice" data-tone="warn">
      <p>
        <strong>Your token is missing or has expired.</strong> The rows on this device stay readable. Paste another
        token to continue.
      </p>
      <TokenForm label="Continue" />
    </div>
  );
}
