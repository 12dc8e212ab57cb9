import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { editorTexts } from '../texts/editor.ts';
import { Table } from '../ui/table.tsx';
import { Place, Value } from './change-table.tsx';
import { changesOf } from './changes.ts';
import type { Json, JsonObject } from './json.ts';
import { merge } from './merge.ts';

/** A definition that another user saved in the meantime. */
export interface Theirs {
  /** Null: they deleted it. */
  definition: JsonObject | null;
  etag: string | null;
}

interface ConflictViewProps {
  base: JsonObject | null;
  mine: JsonObject;
  theirs: Theirs;
  /** Discards the user's own changes. */
  onTheirs: () => void;
  /** Continues with this definition, based on theirs. */
  onMerged: (definition: JsonObject) => void;
}

interface Row {
  place: string;
  base: Json | undefined;
  theirs: Json | undefined;
  mine: Json | undefined;
  /** The side that changed it. */
  by: 'theirs' | 'mine' | 'both';
}

/** Shows the base, their version and the user's own. The user takes theirs, or merges their own changes into it. */
export function ConflictView({ base, mine, theirs, onTheirs, onMerged }: ConflictViewProps) {
  const t = editorTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  const chosen = useSignal<Readonly<Record<string, 'theirs' | 'mine'>>>({});
  const choose = (place: string) => chosen.value[place] ?? 'mine';
  const sides = { base: base ?? undefined, theirs: theirs.definition ?? undefined, mine };
  const { value, conflicts } = merge(sides, choose);
  const both = new Set(conflicts.map(({ place }) => place));
  const pick = (place: string, side: 'theirs' | 'mine') => {
    chosen.value = { ...chosen.value, [place]: side };
  };
  return (
    <section class="conflict" aria-labelledby="conflict">
      <h2 id="conflict" ref={heading} tabIndex={-1}>
        {t.conflict}
      </h2>
      <p>{theirs.definition === null ? t.theyDeleted : t.conflictText}</p>
      {theirs.definition !== null && (
        <div class="cells changes">
          <Table
            label={t.conflict}
            columns={[
              { name: 'place', label: t.place, show: ({ place }) => <Place of={place} /> },
              { name: 'base', label: t.base, show: (row) => <Value of={row.base} /> },
              {
                name: 'theirs',
                label: t.theirs,
                show: (row) => <Side row={row} side="theirs" {...{ choose, pick }} />,
              },
              { name: 'mine', label: t.mine, show: (row) => <Side row={row} side="mine" {...{ choose, pick }} /> },
            ]}
            rows={rowsOf(sides, both)}
            keyOf={({ place }) => place}
            sortName=""
            empty={t.noChanges}
          />
        </div>
      )}
      <p class="tools">
        <button type="button" class="main" onClick={() => onMerged((value ?? mine) as JsonObject)}>
          {theirs.definition === null ? t.makeAnew : t.rebase}
        </button>
        <button type="button" onClick={onTheirs}>
          {theirs.definition === null ? t.discard : t.takeTheirs}
        </button>
      </p>
      {both.size > 0 && <p class="faint">{t.bothChanged(both.size)}</p>}
      <p class="faint">{t.rebaseText}</p>
    </section>
  );
}

interface SideProps {
  row: Row;
  side: 'theirs' | 'mine';
  choose: (place: string) => 'theirs' | 'mine';
  pick: (place: string, side: 'theirs' | 'mine') => void;
}

/** The value of one side; if both sides changed it, the user picks one. */
function Side({ row, side, choose, pick }: SideProps) {
  const t = editorTexts();
  const value = <Value of={row[side]} {...(row.by !== 'both' && row.by === side && { tag: 'ins' as const })} />;
  if (row.by !== 'both') return value;
  return (
    <label class="option">
      <input
        type="radio"
        name={row.place}
        aria-label={t.takeSide(t[side], row.place)}
        checked={choose(row.place) === side}
        onChange={() => pick(row.place, side)}
      />
      {value}
    </label>
  );
}

function rowsOf(
  { base, theirs, mine }: Record<'base' | 'theirs' | 'mine', JsonObject | undefined>,
  both: ReadonlySet<string>,
): Row[] {
  const rows = new Map<string, Row>();
  const byThem = new Map(changesOf(base, theirs).map((change) => [change.place, change]));
  const byMe = new Map(changesOf(base, mine).map((change) => [change.place, change]));
  for (const { place, base: before, theirs: one, mine: other } of merge({ base, theirs, mine }).conflicts) {
    rows.set(place, { place, base: before, theirs: one, mine: other, by: 'both' });
  }
  const isWithin = (place: string) => [...both].some((known) => place === known || place.startsWith(`${known}/`));
  for (const [place, { before, after }] of byThem) {
    if (!isWithin(place))
      rows.set(place, { place, base: before, theirs: after, mine: byMe.get(place)?.after ?? before, by: 'theirs' });
  }
  for (const [place, { before, after }] of byMe) {
    if (!isWithin(place) && !rows.has(place))
      rows.set(place, { place, base: before, theirs: before, mine: after, by: 'mine' });
  }
  return [...rows.values()].toSorted((a, b) => a.place.localeCompare(b.place));
}
