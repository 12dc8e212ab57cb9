/** The whole app: the sign-in, or the pages of the signed-in user. */

import { FreshetProvider, useStatus } from '@freshet/client/react';
import { type Account, account, signInFault } from './account.ts';
import { CopyPanel } from './copy-panel.tsx';
import { DevicePanel } from './device-panel.tsx';
import { Header } from './header.tsx';
import { takeNext } from './install.ts';
import { JournalPanel } from './journal-panel.tsx';
import { ListingPage } from './listing-page.tsx';
import { FIRST_YEAR, LAST_YEAR } from './listings.ts';
import { route } from './route.ts';
import { SignInPage } from './sign-in.tsx';
import { useTold } from './told.ts';

export function App() {
  const signedIn = useTold(account);
  const next = useTold(takeNext);
  return (
    <>
      {next !== null && (
        <p className="notice" data-tone="plain">
          A newer version of Tablet is available.{' '}
          <button type="button" className="link" onClick={next}>
            Update now
          </button>
        </p>
      )}
      {signedIn === null ? <SignInPage /> : <SignedIn key={signedIn.user} account={signedIn} />}
    </>
  );
}

// The same object for the same year, because parameters are compared by identity.
const YEARS = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, at) => ({ year: FIRST_YEAR + at }));
const NO_PARAMETERS = {};

function SignedIn({ account: { user, client, journal } }: { account: Account }) {
  const { listing, year, isDevice } = useTold(route);
  const parameters = listing.page === 'cars' ? (YEARS[year - FIRST_YEAR] ?? NO_PARAMETERS) : NO_PARAMETERS;
  return (
    <FreshetProvider client={client}>
      <Header user={user} />
      <main className="columns" data-shown={isDevice ? 'device' : 'rows'}>
        <div id="rows" className="rows">
          <RefusedToken />
          <ListingPage key={listing.page + year} listing={listing} parameters={parameters} user={user} />
        </div>
        <div className="panels">
          <CopyPanel listing={listing} parameters={parameters} />
          <DevicePanel />
          <JournalPanel journal={journal} />
        </div>
      </main>
    </FreshetProvider>
  );
}

/** Why the token of an address that was opened is not used: somebody else is signed in, or the service cannot be reached. */
function RefusedToken() {
  const fault = useTold(signInFault);
  const { sync } = useStatus();
  // The form for another token says it then.
  if (fault === null || sync === 'needs-auth') return null;
  return (
    <p className="notice" data-tone="warn" role="alert">
      {fault}{' '}
      <button type="button" className="link" onClick={() => signInFault.set(null)}>
        Close
      </button>
    </p>
  );
}
