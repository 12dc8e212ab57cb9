/** Draws series with uPlot. A separate chunk, because only charts need it. */

import UPlot from 'uplot';
import { type Series, type Span, stacked, stepsOf } from './series.ts';

/** Options of a chart. */
export interface PlotOptions {
  span: Span;
  series: readonly Series[];
  /** Stacked bars, for values that can be added up; otherwise one line for each series. */
  isStacked: boolean;
  /** Format a number of the vertical axis, and a time of the horizontal one (ms since the epoch). */
  value: (value: number) => string;
  time: (at: number) => string;
}

const HEIGHT = 140;
/** Space for the labels of an axis, px. */
const ROOM = { count: 44, ms: 62, time: 66, height: 28 };
/** Steps of the vertical axis: counts have no halves. */
const WHOLE = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [1, 2], [12, 4]];

/** Draws into an element, in its width and in the present colours of the style sheet. */
export function draw(host: HTMLElement, options: PlotOptions): { resize(): void; destroy(): void } {
  const { span, series, isStacked, value, time } = options;
  const ink = { stroke: colourOf(host, 'faint'), font: `11px ${getComputedStyle(host).fontFamily}` };
  const grid = { stroke: colourOf(host, 'grid'), width: 1 };
  const values = isStacked ? stacked(series) : series.map((one) => one.values);
  const lines = series.map((_, index) => lineOf(host, index, isStacked));
  const order = <T>(all: T[]) => (isStacked ? all.toReversed() : all);
  const plot = new UPlot(
    {
      width: host.clientWidth,
      height: HEIGHT,
      ms: 1,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: {
        x: { time: true, range: [span.from, span.to] },
        y: { range: (_, __, most) => [0, most > 0 ? most * 1.05 : 1] },
      },
      axes: [
        {
          ...ink,
          grid: { show: false },
          ticks: { ...grid, size: 4 },
          size: ROOM.height,
          space: ROOM.time,
          // The end of the span has no room for a label.
          values: (_, at) => at.map((moment) => (moment === span.to ? '' : time(moment))),
        },
        {
          ...ink,
          ...(isStacked && { incrs: WHOLE }),
          grid,
          ticks: { show: false },
          size: isStacked ? ROOM.count : ROOM.ms,
          space: 32,
          values: (_, at) => at.map(value),
        },
      ],
      // Each bar starts at the bottom, so the higher stack is drawn before the lower one.
      series: [{}, ...order(lines)],
    },
    [stepsOf(span).map((at) => (isStacked ? at : at + span.step / 2)), ...order(values)] as UPlot.AlignedData,
    host,
  );
  return {
    resize: () => plot.setSize({ width: host.clientWidth, height: HEIGHT }),
    destroy: () => plot.destroy(),
  };
}

function lineOf(host: HTMLElement, index: number, isStacked: boolean): UPlot.Series {
  const colour = colourOf(host, `series-${index}`);
  if (!isStacked) {
    const dash = DASHES[index % DASHES.length] ?? [];
    return { stroke: colour, width: 2, dash, spanGaps: false, points: { show: true, size: 5, fill: colour } };
  }
  const { bars } = UPlot.paths;
  return {
    // An edge in the background colour separates neighbours for users who cannot see colours.
    ...{ fill: colour, stroke: colourOf(host, 'ground'), width: 1, points: { show: false } },
    ...(bars && { paths: bars({ size: [0.9, 40], align: 1 }) }),
  };
}

/** The colour that the style sheet gives to a class: a canvas cannot use custom properties. */
function colourOf(host: HTMLElement, name: string): string {
  const probe = host.appendChild(document.createElement('i'));
  probe.className = name;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
