import { useEffect, useRef } from 'preact/hooks';
import { theme } from '../shell/theme.ts';
import { language } from '../texts/texts.ts';
import type { PlotOptions } from './plot.ts';

interface ChartProps extends PlotOptions {
  /** Description for users who cannot see the chart. */
  label: string;
}

/** A chart. Its content is also available as text next to it; if the chart's script cannot be loaded, only as text. */
export function Chart({ label, ...options }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const look = `${theme.value} ${language.value}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `look` says which colours and words there are
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const ended = new AbortController();
    void show(element, options, ended.signal);
    return () => ended.abort();
  }, [look, options.series, options.span]);
  return <div class="chart" role="img" aria-label={label} ref={host} />;
}

async function show(element: HTMLElement, options: PlotOptions, ended: AbortSignal): Promise<void> {
  const module = await import('./plot.ts').catch(() => null);
  if (module === null || ended.aborted) return;
  let plot = module.draw(element, options);
  const observer = new ResizeObserver(() => plot.resize());
  observer.observe(element);
  // The system's colour scheme may change while the page is open.
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener(
    'change',
    () => {
      plot.destroy();
      plot = module.draw(element, options);
    },
    { signal: ended },
  );
  ended.addEventListener('abort', () => {
    observer.disconnect();
    plot.destroy();
  });
}
