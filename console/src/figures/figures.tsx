import { useComputed } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import type { Schema } from '../api/paths.ts';
import type { Query } from '../api/query.ts';
import { now } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { query, setQuery } from '../shell/router.ts';
import { figuresTexts } from '../texts/figures.ts';
import { Choice } from '../ui/field.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { FigureView, type FigureViewProps } from './figure-view.tsx';
import { type Range, type Span, spanOf } from './series.ts';

/** The figures, and the label by which each is split into series. */
const SHOWN = [
  { figure: 'load', by: 'outcome' },
  { figure: 'request', by: 'status' },
  { figure: 'batch', by: 'queue' },
] as const;

const RANGES: readonly Range[] = ['quarter', 'hour', 'day'];

/** Figures of the last quarter of an hour, hour or day. */
export function Figures() {
  const t = figuresTexts();
  const range = RANGES.find((one) => one === query.value.get('range')) ?? 'hour';
  // Changes when a step ends, not at each tick of the clock.
  const to = useComputed(() => spanOf(range, now.value).to).value;
  const span = useMemo(() => spanOf(range, to - 1), [range, to]);
  const asked = { from: new Date(span.from).toISOString(), step: span.step / 1000 };
  const all = [
    useQuery('/stats/', { query: { ...SHOWN[0], ...asked } }),
    useQuery('/stats/', { query: { ...SHOWN[1], ...asked } }),
    useQuery('/stats/', { query: { ...SHOWN[2], ...asked } }),
  ];
  const titles = { load: t.loads, request: t.requests, batch: t.lag };
  const isSetUp = !all.some(({ problem }) => problem.value?.code === 'not-set-up');
  return (
    <>
      <div class="heading">
        <h2>{t.figures}</h2>
        {isSetUp && (
          <Choice
            name="range"
            label={t.range}
            value={range}
            options={RANGES.map((one) => [one, t[one]])}
            onChoose={(value) => setQuery({ range: value === 'hour' ? undefined : value })}
          />
        )}
      </div>
      {isSetUp ? (
        <div class="figures">
          {SHOWN.map(({ figure, by }, index) => (
            <section key={figure}>
              <h3>{titles[figure]}</h3>
              {all[index] && <Figure title={titles[figure]} by={t[by]} query={all[index]} span={span} />}
            </section>
          ))}
        </div>
      ) : (
        <p class="empty">{t.notSetUp}</p>
      )}
    </>
  );
}

interface FigureProps {
  title: string;
  by: string;
  query: Query<Schema<'Figures'>>;
  span: Span;
}

/** One figure. When a step ends, the old answer stays until the one for the new span has arrived. */
function Figure({ title, by, query: figure, span }: FigureProps) {
  const shown = useRef<Pick<FigureViewProps, 'answer' | 'span'> | null>(null);
  const answer = figure.data.value;
  if (answer !== undefined) shown.current = { answer, span };
  if (answer === undefined && figure.problem.value === null && shown.current !== null) {
    return <FigureView title={title} by={by} {...shown.current} />;
  }
  return <Loaded query={figure}>{(loaded) => <FigureView title={title} by={by} answer={loaded} span={span} />}</Loaded>;
}
