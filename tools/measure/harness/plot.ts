/** Curves as an SVG picture: panels side by side, drawn by Apache ECharts without a browser. */

import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** One curve. */
export interface Curve {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

/** One diagram. Both axes are logarithmic: a value that grows with its input is a slope, one that does not is level. */
export interface Panel {
  title: string;
  xName: string;
  yName: string;
  /** Both axes are linear and begin at 0: for values over time. */
  isLinear?: true;
  curves: readonly Curve[];
}

const PANEL = { width: 330, height: 250 };
const SPACE = { left: 62, right: 18, top: 66, bottom: 48 };
/** Height of a legend's line. */
const LINE = 18;
const FONT = 'system-ui, sans-serif';
/** Colours that colour-blind people can distinguish (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

/** The text of the picture, with this many panels per row. */
export function plot(panels: readonly Panel[], columns: number): string {
  const legend = Math.max(...panels.map(({ curves }) => curves.length)) * LINE;
  const cell = {
    width: SPACE.left + PANEL.width + SPACE.right,
    height: SPACE.top + PANEL.height + SPACE.bottom + legend,
  };
  const size = { width: cell.width * columns, height: cell.height * Math.ceil(panels.length / columns) };
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size });
  const places = panels.map((_, at) => ({
    left: (at % columns) * cell.width,
    top: Math.floor(at / columns) * cell.height,
  }));
  const axisOf = ({ isLinear }: Panel) => ({
    type: isLinear ? ('value' as const) : ('log' as const),
    minorSplitLine: { show: false },
    axisLabel: { formatter: shortNumber },
  });
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    textStyle: { fontFamily: FONT },
    title: panels.map(({ title }, at) => ({
      text: title,
      left: (places[at]?.left ?? 0) + SPACE.left,
      top: (places[at]?.top ?? 0) + 12,
      textStyle: { fontSize: 15, fontFamily: FONT },
    })),
    grid: places.map(({ left, top }) => ({ left: left + SPACE.left, top: top + SPACE.top, ...PANEL })),
    legend: panels.map(({ curves }, at) => ({
      data: curves.map(({ name }) => `${at} ${name}`),
      formatter: (name: string) => name.slice(name.indexOf(' ') + 1),
      orient: 'vertical',
      left: (places[at]?.left ?? 0) + SPACE.left - 5,
      top: (places[at]?.top ?? 0) + SPACE.top + PANEL.height + SPACE.bottom - 4,
      itemGap: LINE - 14,
      itemHeight: 8,
      textStyle: { fontSize: 12, fontFamily: FONT },
    })),
    xAxis: panels.map((panel, gridIndex) => ({
      ...axisOf(panel),
      gridIndex,
      name: panel.xName,
      nameLocation: 'middle',
      nameGap: 26,
      min: panel.isLinear ? 0 : Math.min(...panel.curves.flatMap(({ points }) => points.map(([x]) => x))),
      max: Math.max(...panel.curves.flatMap(({ points }) => points.map(([x]) => x))),
    })),
    yAxis: panels.map((panel, gridIndex) => ({
      ...axisOf(panel),
      gridIndex,
      name: panel.yName,
      nameGap: 10,
      nameTextStyle: { align: 'left' },
    })),
    // A legend's name selects all curves with that name, so it includes the panel's number.
    series: panels.flatMap(({ curves }, at) =>
      curves.map(({ name, points }, of) => ({
        type: 'line' as const,
        name: `${at} ${name}`,
        xAxisIndex: at,
        yAxisIndex: at,
        data: points.map(([x, y]) => [x, y]),
        color: COLOURS[of % COLOURS.length] as string,
        symbol: 'circle',
        // Curves over time have hundreds of points.
        symbolSize: panels[at]?.isLinear ? 0 : 6,
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

/** 1500000 -> `1.5M` */
function shortNumber(value: number): string {
  if (value >= 1e9) return `${value / 1e9}G`;
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1000) return `${value / 1000}k`;
  return String(value);
}
