import { session } from '../api/session.ts';
// Its drafts must be restored after a sign-in, whatever screen the user comes back to.
import '../definitions/drafts.ts';
import { common } from '../texts/common.ts';
import { shell } from '../texts/shell.ts';
import { Link } from '../ui/link.tsx';
import { Screen } from '../ui/screen.tsx';
import { Header } from './header.tsx';
import { PlacedScreen } from './lazy.tsx';
import { Results } from './results.tsx';
import { addressOf, match, path } from './router.ts';
import { SCREENS } from './screens.ts';
import { ExpiredBar } from './session-bar.tsx';
import { SignIn } from './sign-in.tsx';

/** The whole console. While nobody is signed in, it shows the sign-in at every address. */
export function App({ isOnceRefused }: { isOnceRefused: boolean }) {
  if (session.value === null) return <SignIn isOnceRefused={isOnceRefused} />;
  return (
    <>
      <a class="skip" href="#content">
        {shell().skip}
      </a>
      <Header />
      {/* Another user gets a new tree, without what the previous one had typed. */}
      <main id="content" key={session.value.user}>
        <ExpiredBar />
        <Results />
        <Shown />
      </main>
    </>
  );
}

function Shown() {
  for (const place of SCREENS) {
    const values = match(place.pattern, path.value);
    if (values !== null) return <PlacedScreen key={path.value} place={place} values={values} />;
  }
  const t = common();
  return (
    <Screen title={t.notFound}>
      <Link to={addressOf('')}>{t.toOverview}</Link>
    </Screen>
  );
}
