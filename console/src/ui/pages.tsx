import { addressOf, path, query } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { Link } from './link.tsx';

/** Links to the next page, by the cursor in the address; going back shows the previous one. */
export function Pages({ next, count }: { next: string | null; count: number }) {
  const t = common();
  const here = Object.fromEntries(query.value);
  const cursor = next === null ? null : new URLSearchParams(next.split('?')[1]).get('cursor');
  return (
    <p class="pages">
      <span class="faint">{t.rowsHere(count)}</span>
      {here.cursor !== undefined && <Link to={addressOf(path.value, { ...here, cursor: '' })}>{t.firstPage}</Link>}
      {cursor !== null && <Link to={addressOf(path.value, { ...here, cursor })}>{t.nextPage}</Link>}
    </p>
  );
}
