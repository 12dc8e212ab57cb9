import { useQuery } from '../api/use-query.ts';
import { common } from '../texts/common.ts';
import { meTexts } from '../texts/overview.ts';
import { Facts } from '../ui/facts.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';
import { Time } from '../ui/time.tsx';

/** What the service reads from the token. */
export function Me() {
  const t = meTexts();
  const me = useQuery('/whoami/', {});
  const list = (names: readonly string[]) => (names.length === 0 ? common().none : names.join(', '));
  return (
    <Screen title={t.title}>
      <Loaded query={me}>
        {(answer) => (
          <Facts
            of={[
              [t.user, answer.user],
              [t.scopes, list(answer.scopes)],
              [t.scopesFrom, answer.scopes_from === 'claims' ? t.fromClaims : t.fromDefault],
              [t.otherScopes, list(answer.other_scopes)],
              [t.groups, list(answer.groups)],
              [t.device, answer.device ?? common().none],
              [t.expires, <Time key="expires" at={answer.expires} />],
              [t.serverTime, <Time key="now" at={answer.now} />],
            ]}
          />
        )}
      </Loaded>
    </Screen>
  );
}
