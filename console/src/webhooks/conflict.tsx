import { webhooksTexts } from '../texts/webhooks.ts';
import { Table } from '../ui/table.tsx';
import { type Definition, membersOf } from './definition.ts';

interface ConflictProps {
  yours: Definition;
  theirs: Definition;
  /** Somebody has made one of this name. */
  isNew: boolean;
  onTake: () => void;
  onKeep: () => void;
}

/** Both versions, where somebody else saved first. Nothing is lost: either is chosen by a press. */
export function Conflict({ yours, theirs, isNew, onTake, onKeep }: ConflictProps) {
  const t = webhooksTexts();
  const other = new Map(membersOf(theirs));
  const rows = membersOf(yours).flatMap(([name, value]) => {
    const there = other.get(name) ?? '';
    return value === there ? [] : [{ name, yours: value, theirs: there }];
  });
  const title = isNew ? t.exists : t.changed;
  return (
    <section class="problem" aria-label={title} role="alert">
      <p>
        <strong>{title}</strong>
      </p>
      <p>{isNew ? t.existsText : t.changedText}</p>
      {!isNew && (
        <>
          <Table
            label={title}
            columns={[
              { name: 'member', label: t.member, show: ({ name }) => <code>{name}</code> },
              { name: 'yours', label: t.yours, show: (row) => <span class="clipped">{row.yours || t.left}</span> },
              { name: 'theirs', label: t.theirs, show: (row) => <span class="clipped">{row.theirs || t.left}</span> },
            ]}
            rows={rows}
            keyOf={({ name }) => name}
            sortName=""
            empty={t.left}
          />
          <p class="tools">
            <button type="button" onClick={onTake}>
              {t.takeTheirs}
            </button>
            <button type="button" onClick={onKeep}>
              {t.keepYours}
            </button>
          </p>
        </>
      )}
    </section>
  );
}
