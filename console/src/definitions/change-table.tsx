import type { ComponentChildren } from 'preact';
import { editorTexts } from '../texts/editor.ts';
import { Table } from '../ui/table.tsx';
import type { Change } from './changes.ts';
import { type Json, textOf } from './json.ts';

/** A table of differences: where, before and after. */
export function ChangeTable({ changes, label }: { changes: readonly Change[]; label: string }) {
  const t = editorTexts();
  return (
    <div class="cells changes">
      <Table
        label={label}
        columns={[
          { name: 'place', label: t.place, show: ({ place }) => <Place of={place} /> },
          { name: 'before', label: t.before, show: ({ before }) => <Value of={before} tag="del" /> },
          { name: 'after', label: t.after, show: ({ after }) => <Value of={after} tag="ins" /> },
        ]}
        rows={changes}
        keyOf={({ place }) => place}
        sortName=""
        empty={t.noChanges}
      />
    </div>
  );
}

/** A place in a definition. */
export function Place({ of }: { of: string }) {
  return <code>{of === '' ? '/' : of}</code>;
}

/** The value of one side; nothing if that side has none. */
export function Value({ of, tag }: { of: Json | undefined; tag?: 'ins' | 'del' }): ComponentChildren {
  if (of === undefined) return <span class="faint">{editorTexts().leftOut}</span>;
  const Tag = tag ?? 'span';
  return (
    <Tag class="value">
      <code>{textOf(of)}</code>
    </Tag>
  );
}
