/** Draws series with uPlot: a piece of the script of its own, since only charts need it. */

import UPlot from 'uplot';
import { type Series, type Span, stacked, stepsOf } from './series.ts';

/** What a chart shows. */
export interface PlotOptions {
  span: Span;
  series: readonly Series[];
  /** Bars on top of each other, for what can be added up; else a line each. */
  isStacked: boolean;
  /** A number of the upright axis, and a time of the level one (ms since the epoch), in words. */
  value: (value: number) => string;
  time: (at: number) => string;
}

const HEIGHT = 140;
/** Room that an axis keeps for its words, px. */
const ROOM = { count: 44, ms: 62, time: 66, height: 28 };
/** Steps of the upright axis: of what is counted there are no halves. */
const WHOLE = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [1, 2], [12, 4]];

/** Draws into an element whose width it takes, in the colours that the style sheet has there now. */
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
          // At the end of the span there is no room for a word.
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
      // What stands on others is drawn before them: each bar begins at the bottom.
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
    // An edge in the colour of the ground keeps neighbours apart for those who see no colours.
    ...{ fill: colour, stroke: colourOf(host, 'ground'), width: 1, points: { show: false } },
    ...(bars && { paths: bars({ size: [0.9, 40], align: 1 }) }),
  };
}

/** The colour that the style sheet gives to a class: a canvas knows no custom properties. */
function colourOf(host: HTMLElement, name: string): string {
  const probe = host.appendChild(document.createElement('i'));
  probe.className = name;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
