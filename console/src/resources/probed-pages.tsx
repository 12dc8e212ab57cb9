import type { Schema } from '../api/paths.ts';
import { common } from '../texts/common.ts';
import { editorTexts } from '../texts/editor.ts';
import { bytes, number } from '../texts/format.ts';
import { Table } from '../ui/table.tsx';

type Page = Schema<'ProbedPage'>;

/** An answer in pages: each request, its answer, and the page that follows. */
export function ProbedPages({ pages }: { pages: readonly Page[] }) {
  const t = editorTexts();
  const none = common().none;
  return (
    <div class="cells">
      <h3>{t.pages(pages.length)}</h3>
      <Table
        label={t.pages(pages.length)}
        columns={[
          { name: 'page', label: t.page, numeric: true, show: ({ place }) => number(place) },
          { name: 'asked', label: t.asked, show: ({ page }) => <Asked page={page} /> },
          { name: 'status', label: t.status, numeric: true, show: ({ page }) => page.status ?? none },
          { name: 'size', label: t.size, numeric: true, show: ({ page }) => bytes(page.bytes) },
          {
            name: 'rows',
            label: t.rows,
            numeric: true,
            show: ({ page }) => (page.rows === null ? t.notToItsEnd : number(page.rows)),
          },
          {
            name: 'next',
            label: t.nextPage,
            show: ({ page }) => (page.next === null ? none : <code>{page.next}</code>),
          },
        ]}
        rows={pages.map((page, index) => ({ page, place: index + 1 }))}
        keyOf={({ place }) => String(place)}
        sortName=""
        empty={t.noPages}
      />
    </div>
  );
}

function Asked({ page: { method, url, body } }: { page: Page }) {
  return (
    <>
      <code>{`${method} ${url}`}</code>
      {body !== null && <code class="value">{body}</code>}
    </>
  );
}
