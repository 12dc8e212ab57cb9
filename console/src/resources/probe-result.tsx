import type { Schema } from '../api/paths.ts';
import type { Fault } from '../definitions/form/context.ts';
import type { JsonObject } from '../definitions/json.ts';
import { common } from '../texts/common.ts';
import { editorTexts } from '../texts/editor.ts';
import { bytes, duration, number } from '../texts/format.ts';
import { Facts } from '../ui/facts.tsx';
import { LoadError } from '../ui/problem.tsx';
import { Table } from '../ui/table.tsx';
import { placeOfWarning } from './fault-place.ts';
import { ProbedPages } from './probed-pages.tsx';

type Result = Schema<'ProbeResult'>;

interface ProbeResultProps {
  result: Result;
  definition: JsonObject;
  /** Shows a member in the form, with these faults marked. */
  onPlace: (pointer: string, faults?: readonly Fault[]) => void;
}

/** The origin's answer, and what a load would make of it. */
export function ProbeResult({ result, definition, onPlace }: ProbeResultProps) {
  const t = editorTexts();
  const { status, ms, content_type: type, bytes: size, rows, cut, pages, tables, faults, warnings } = result;
  const none = common().none;
  const marks = faults.flatMap(({ pointer, detail }) => (pointer === undefined ? [] : [{ pointer, detail }]));
  return (
    <section class="stack" aria-label={t.probeResult}>
      <h2>
        {t.probeResult}{' '}
        <span class={`tag ${faults.length > 0 ? 'failing' : 'fresh'}`}>
          {faults.length > 0 ? t.wouldFail(faults.length) : t.wouldSucceed}
        </span>
      </h2>
      <Facts
        of={[
          [t.status, status ?? none],
          [t.took, duration(ms)],
          [t.contentType, type === null ? none : <code key="type">{type}</code>],
          [t.size, bytes(size)],
          [t.rows, rows === null ? none : number(rows)],
        ]}
      />
      {cut && <p class="notice">{t.cut}</p>}
      {pages !== undefined && <ProbedPages pages={pages} />}
      {faults.map((fault) => (
        <div key={fault.type + fault.detail} class="problem">
          <p>
            <strong>{fault.title}</strong>{' '}
            <PlaceButton pointer={fault.pointer ?? null} onPlace={(pointer) => onPlace(pointer, marks)} />
          </p>
          <p>
            <LoadError error={fault} />
          </p>
        </div>
      ))}
      {warnings.map((warning) => (
        <p key={warning} class="notice">
          <span>{warning}</span> <PlaceButton pointer={placeOfWarning(warning, definition)} onPlace={onPlace} />
        </p>
      ))}
      {tables.map((table) => (
        <Rows key={table.name} table={table} />
      ))}
    </section>
  );
}

/** A button that shows a member in the form. */
function PlaceButton({ pointer, onPlace }: { pointer: string | null; onPlace: (pointer: string) => void }) {
  if (pointer === null) return null;
  return (
    <button type="button" class="small" aria-label={editorTexts().toField(pointer)} onClick={() => onPlace(pointer)}>
      <code>{pointer}</code>
    </button>
  );
}

function Rows({ table: { name, columns, rows, data } }: { table: Result['tables'][number] }) {
  const t = editorTexts();
  const title = t.tableRows(name, data.length, rows);
  return (
    <div class="cells">
      <h3>{title}</h3>
      <Table
        label={title}
        columns={columns.map((label, index) => ({
          name: `${index}`,
          label,
          show: ({ row }: { row: unknown[] }) => cellText(row[index]),
        }))}
        rows={data.map((row, index) => ({ row, index }))}
        keyOf={({ index }) => String(index)}
        sortName=""
        empty={t.noRows}
      />
    </div>
  );
}

function cellText(cell: unknown): string {
  return typeof cell === 'string' ? cell : cell === undefined ? '' : JSON.stringify(cell);
}
