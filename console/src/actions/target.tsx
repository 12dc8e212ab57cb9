import type { Schema } from '../api/paths.ts';
import { addressOfResource } from '../resources/resource-address.ts';
import { addressOf } from '../shell/router.ts';
import { addressOfSource } from '../sources/source-address.ts';
import { TaskLink } from '../tasks/task-link.tsx';
import { actionsTexts } from '../texts/actions.ts';
import { Link } from '../ui/link.tsx';

type Action = Schema<'Action'>;

const CACHE_KEY = /^[\da-f]{64}$/;
/** Number of hash digits that are shown: enough to tell hashes apart at a glance. */
const DIGITS = 12;
const beginning = (hash: string) => `${hash.slice(0, DIGITS)}…`;

/** The target of an action, with a link to it if it still exists. */
export function Target({ action: { action, target } }: { action: Action }) {
  if (action === 'forget') return <Hashes target={target} />;
  if (action === 'revoke') return <TaskLink id={target} />;
  if (action === 'put_webhook' || action === 'delete_webhook') {
    return <Link to={addressOf(`/webhooks/${encodeURIComponent(target)}`)}>{target}</Link>;
  }
  if (action === 'put_source' || action === 'delete_source') {
    return <Link to={addressOfSource(target)}>{target}</Link>;
  }
  if (CACHE_KEY.test(target)) {
    return (
      <Link to={addressOf(`/caches/${target}`)}>
        <code>{beginning(target)}</code>
      </Link>
    );
  }
  const [title = '', values] = target.split(/\?(.*)/s);
  return (
    <>
      <Link to={addressOfResource(title)}>{title}</Link>{' '}
      {values !== undefined && <code class="parameters">{values}</code>}
    </>
  );
}

/** The log keeps hashes, not names, of users and devices that were forgotten. */
function Hashes({ target }: { target: string }) {
  const t = actionsTexts();
  const names = [t.hashOfUser, t.hashOfDevice];
  return (
    <ul title={t.hash}>
      {target.split('/').map((hash, index) => (
        <li key={names[index]} class="nowrap">
          <code title={hash}>{beginning(hash)}</code> <span class="faint">{names[index]}</span>
        </li>
      ))}
    </ul>
  );
}
