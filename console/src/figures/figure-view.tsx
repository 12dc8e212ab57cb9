import { useMemo } from 'preact/hooks';
import type { Schema } from '../api/paths.ts';
import { common } from '../texts/common.ts';
import { figuresTexts } from '../texts/figures.ts';
import { clock, duration, number } from '../texts/format.ts';
import { Table } from '../ui/table.tsx';
import { Chart } from './chart.tsx';
import { type Series, type Span, seriesOf, stepsOf } from './series.ts';

export interface FigureViewProps {
  title: string;
  /** The label that distinguishes its series. */
  by: string;
  answer: Schema<'Figures'>;
  span: Span;
}

/** One figure: its chart, the total of each series, and a table of all values. */
export function FigureView({ title, by, answer, span }: FigureViewProps) {
  const t = figuresTexts();
  const series = useMemo(() => seriesOf(answer, span), [answer, span]);
  if (series.length === 0) return <p class="empty">{t.noFigures}</p>;
  const isTime = answer.unit === 'ms';
  const value = isTime ? duration : number;
  const nameOf = ({ label }: Series) => label ?? t.others;
  const words = series.map((one) => `${nameOf(one)} ${value(one.total)}`).join(', ');
  const unit = isTime ? t.longestIn(span.step / 60_000) : t.numberIn(span.step / 60_000);
  return (
    <>
      <Chart
        {...{ span, series, value, isStacked: !isTime, time: clock }}
        label={`${title}, ${clock(span.from)}–${clock(span.to)}: ${words}`}
      />
      <p class="faint">{`${unit} ${t.lastStep}`}</p>
      {answer.cut && <p class="notice">{t.cut}</p>}
      <Table
        label={title}
        columns={[
          { name: 'label', label: by, show: ({ one, index }) => <Label name={nameOf(one)} index={index} /> },
          {
            name: 'value',
            label: isTime ? t.longest : t.total,
            numeric: true,
            show: ({ one }) => value(one.total),
          },
        ]}
        rows={series.map((one, index) => ({ one, index }))}
        keyOf={({ index }) => String(index)}
        empty={t.noFigures}
      />
      <details>
        <summary>{t.values}</summary>
        <Values {...{ title, series, span, value, nameOf }} />
      </details>
    </>
  );
}

function Label({ name, index }: { name: string; index: number }) {
  return (
    <>
      <svg class={`swatch series-${index}`} viewBox="0 0 12 12" aria-hidden="true">
        <rect width="12" height="12" rx="2" />
      </svg>{' '}
      {name}
    </>
  );
}

interface ValuesProps {
  title: string;
  series: readonly Series[];
  span: Span;
  value: (value: number) => string;
  nameOf: (one: Series) => string;
}

function Values({ title, series, span, value, nameOf }: ValuesProps) {
  const t = figuresTexts();
  const none = common().none;
  return (
    <Table
      label={t.valuesOf(title)}
      columns={[
        { name: 'time', label: t.begins, show: ({ at }) => clock(at) },
        ...series.map((one, column) => ({
          name: String(column),
          label: nameOf(one),
          numeric: true,
          show: ({ index }: { index: number }) => {
            const counted = one.values[index] ?? null;
            return counted === null ? none : value(counted);
          },
        })),
      ]}
      rows={stepsOf(span).map((at, index) => ({ at, index }))}
      keyOf={({ index }) => String(index)}
      empty={t.noFigures}
    />
  );
}
