/** The header of all pages: navigation, the signed-in user, and signing out. */

import { useRef, useState } from 'react';
import { signOut } from './account.ts';
import { Mark } from './icons.tsx';
import { install } from './install.ts';
import { LISTINGS } from './listings.ts';
import { addressOf, route } from './route.ts';
import { useTold } from './told.ts';

export function Header({ user }: { user: string }) {
  const { listing, year, isDevice } = useTold(route);
  const offer = useTold(install);
  const here = (is: boolean) => (is ? 'page' : undefined);
  return (
    <header className="top">
      <button type="button" className="skip" onClick={skipToRows}>
        To the rows
      </button>
      <h1 className="brand">
        <Mark />
        Tablet
      </h1>
      <nav aria-label="Tables">
        {LISTINGS.map((one) => (
          <a key={one.page} href={addressOf(one, year)} aria-current={here(!isDevice && one === listing)}>
            {one.label}
          </a>
        ))}
        <a className="only-narrow" href="#/device" aria-current={here(isDevice)}>
          Device
        </a>
      </nav>
      <div className="account">
        {offer !== null && (
          <button type="button" onClick={offer}>
            Install
          </button>
        )}
        <SignOut user={user} />
      </div>
    </header>
  );
}

/** Not a link, because the fragment of the address names the page. */
function skipToRows(): void {
  const rows = document.getElementById('rows');
  rows?.setAttribute('tabindex', '-1');
  rows?.focus();
}

function SignOut({ user }: { user: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const leave = async (wipe: boolean) => {
    setBusy(true);
    await signOut(wipe);
  };
  return (
    <>
      <button type="button" className="user" onClick={() => dialog.current?.showModal()} aria-haspopup="dialog">
        <span className="initial" aria-hidden="true">
          {user.slice(0, 1).toUpperCase()}
        </span>
        <span className="name">{user}</span>
        <span className="sr-only">: sign out…</span>
      </button>
      <dialog ref={dialog} aria-labelledby="leave">
        <h2 id="leave">Sign out {user}?</h2>
        <p>
          “Wipe” removes all rows from this device, in every tab. Keep the rows if you will come back: they show at
          once, and only the changes are loaded.
        </p>
        <div className="choices">
          <button type="button" className="danger" disabled={isBusy} onClick={() => void leave(true)}>
            Wipe and sign out
          </button>
          <button type="button" disabled={isBusy} onClick={() => void leave(false)}>
            Keep rows, sign out
          </button>
          <button type="button" disabled={isBusy} onClick={() => dialog.current?.close()}>
            Stay
          </button>
        </div>
      </dialog>
    </>
  );
}
