import type { Schema } from '../api/paths.ts';
import { useQuery } from '../api/use-query.ts';
import { query, setQuery } from '../shell/router.ts';
import { duration, number } from '../texts/format.ts';
import { overviewTexts } from '../texts/overview.ts';
import { Choice } from '../ui/field.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';

const DAY_MS = 86_400_000;
const STEP_S = 300;

/** What was counted: the last hour, or the last day. */
export function Figures() {
  const t = overviewTexts();
  const range = query.value.get('range') === 'day' ? 'day' : 'hour';
  return (
    <>
      <div class="heading">
        <h2>{t.figures}</h2>
        <Choice
          name="range"
          label={t.range}
          value={range}
          options={[
            ['hour', t.hour],
            ['day', t.day],
          ]}
          onChoose={(value) => setQuery({ range: value === 'day' ? 'day' : undefined })}
        />
      </div>
      <div class="figures">
        <Figure title={t.loads} figure="load" by="outcome" range={range} />
        <Figure title={t.requests} figure="request" by="status" range={range} />
        <Figure title={t.lag} figure="batch" by="queue" range={range} />
      </div>
    </>
  );
}

interface FigureProps {
  title: string;
  figure: 'load' | 'request' | 'batch';
  by: string;
  range: 'hour' | 'day';
}

function Figure({ title, figure, by, range }: FigureProps) {
  const t = overviewTexts();
  // To the step, so that it is the same question for a while.
  const to = Math.ceil(Date.now() / (1000 * STEP_S)) * 1000 * STEP_S;
  const from = range === 'day' ? new Date(to - DAY_MS).toISOString() : undefined;
  const figures = useQuery('/stats/', { query: { figure, by, from, step: STEP_S } });
  const isSetUp = figures.problem.value?.code !== 'not-set-up';
  return (
    <section>
      <h3>{title}</h3>
      {isSetUp ? (
        <Loaded query={figures}>{(answer) => <Totals title={title} answer={answer} />}</Loaded>
      ) : (
        <p>{t.notSetUp}</p>
      )}
    </section>
  );
}

function Totals({ title, answer: { unit, series } }: { title: string; answer: Schema<'Figures'> }) {
  const t = overviewTexts();
  const isTime = unit === 'ms';
  const rows = series.map(({ label, points }) => {
    const values = points.map(([, value]) => Number(value));
    return { label, value: isTime ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0) };
  });
  return (
    <Table
      label={title}
      columns={[
        { name: 'label', label: t.label, show: ({ label }) => label },
        {
          name: 'value',
          label: isTime ? t.longest : t.total,
          numeric: true,
          show: ({ value }) => (isTime ? duration(value) : number(value)),
        },
      ]}
      rows={rows}
      keyOf={({ label }) => label}
      empty={t.noFigures}
    />
  );
}
