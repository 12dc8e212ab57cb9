import { useSignal } from '@preact/signals';
import { type FirstRows, type FirstTable, readFirstRows } from '../api/first-rows.ts';
import { ApiProblem } from '../api/problem.ts';
import { may, session } from '../api/session.ts';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { cacheTexts } from '../texts/cache.ts';
import { common } from '../texts/common.ts';
import { ProblemView } from '../ui/problem.tsx';
import { Table } from '../ui/table.tsx';
import { useBusy } from '../ui/use-busy.ts';
import type { CacheRecord } from './cache-name.ts';

/** The first rows of a cache, on request: reading a cache that has expired loads it. */
export function FirstRowsView({ cache }: { cache: CacheRecord }) {
  const t = cacheTexts();
  const rows = useSignal<FirstRows | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  const [isBusy, during] = useBusy();
  const read = async () => {
    if (isSignInNeeded()) return;
    problem.value = null;
    try {
      rows.value = await readFirstRows(cache.resource_title, cache.parameters);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problem.value = error;
    }
  };
  const isForeign = cache.owner !== null && cache.owner !== session.value?.user;
  return (
    <section>
      <h2>{t.firstRows}</h2>
      {isForeign ? (
        <p class="empty">{t.privateRows}</p>
      ) : may('cache:read') ? (
        <p class="tools">
          <button type="button" aria-disabled={isBusy} onClick={() => during(read)}>
            {t.showRows}
          </button>
          <span class="faint">{t.showRowsHint}</span>
        </p>
      ) : (
        <p class="empty">{common().lacksScope('cache:read')}</p>
      )}
      <div aria-live="polite">
        {problem.value && <ProblemView problem={problem.value} />}
        {rows.value && <Shown rows={rows.value} />}
      </div>
    </section>
  );
}

function Shown({ rows }: { rows: FirstRows }) {
  const t = cacheTexts();
  if (rows.kind === 'loading') return <p class="empty">{t.notLoadedYet}</p>;
  if (rows.kind === 'text') {
    return (
      <>
        <p class="faint">{t.noTables}</p>
        <pre class="scroll">{rows.text}</pre>
      </>
    );
  }
  return rows.tables.map((table) => <Rows key={table.name} table={table} />);
}

function Rows({ table: { name, columns, data } }: { table: FirstTable }) {
  const t = cacheTexts();
  const title = t.tableOf(name, data.length);
  return (
    <div class="cells">
      <h3>{title}</h3>
      <Table
        label={title}
        columns={[t.rowId, ...columns].map((label, index) => ({
          name: `${index}`,
          label,
          show: (row: unknown[]) => cellText(row[index]),
        }))}
        rows={data}
        keyOf={([id]) => String(id)}
        sortName=""
        empty={t.noRows}
      />
    </div>
  );
}

function cellText(cell: unknown): string {
  return typeof cell === 'string' ? cell : cell === undefined ? '' : JSON.stringify(cell);
}
