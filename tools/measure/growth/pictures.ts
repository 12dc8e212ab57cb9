/** The curves of docs/growth.md: for each panel its title, the name of its y axis, and the value of a point by curve. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Panel, plot } from '../harness/plot.ts';
import { GROUPS } from './operations.ts';
import type { OperationReport, Point } from './records.ts';
import { GROWTH } from './reports.ts';
import type { RowsPoint } from './rows.ts';
import type { VersionsPoint } from './versions.ts';

type Shown<P> = readonly (readonly [title: string, yName: string, curves: Record<string, (point: P) => number>])[];

const VERSIONS: Shown<VersionsPoint> = [
  [
    'Time',
    'ms',
    { 'refresh to SUCCESS': (p) => p.refreshMs, delta: (p) => p.deltaMs, 'rpc 304': (p) => p.notModifiedMs },
  ],
  ['CPU of workerd', 'ms', { 'rpc 304': (p) => p.notModifiedCpuMs }],
  [
    'Bytes',
    'bytes',
    { "the entry's row in D1": (p) => p.rowBytes, 'its chain': (p) => p.chainBytes, delta: (p) => p.deltaBytes },
  ],
];

const ROWS: Shown<RowsPoint> = [
  [
    'Time and CPU',
    's',
    {
      'first load': (p) => p.first.seconds,
      'its CPU': (p) => p.first.cpuSeconds,
      '1 % changed': (p) => p.churned.seconds,
      'CPU of that': (p) => p.churned.cpuSeconds,
    },
  ],
  [
    'Most memory of workerd',
    'MB',
    { 'first load': (p) => p.first.memoryBytes / 1e6, '1 % changed': (p) => p.churned.memoryBytes / 1e6 },
  ],
  [
    'Bytes',
    'bytes',
    {
      "the origin's answer": (p) => p.originBytes,
      'body in R2': (p) => p.bodyBytes,
      'id map in R2': (p) => p.mapBytes,
      delta: (p) => p.deltaBytes,
    },
  ],
];

export function drawRecords(operations: readonly OperationReport[]): void {
  const panel = (group: string, yName: string, value: (point: Point) => number): Panel => ({
    ...{ title: group, xName: 'records and entries in D1', yName },
    curves: operations
      .filter((operation) => operation.group === group)
      .map(({ name, points }) => ({ name, points: points.map((point) => [point.size, value(point)]) })),
  });
  const times = GROUPS.map((group) => panel(group, 'ms', ({ ms }) => ms));
  const rows = GROUPS.map((group) => panel(group, 'rows read', ({ read }) => read));
  save('records', [...times, ...rows], GROUPS.length);
}

export function drawVersions(points: readonly VersionsPoint[]): void {
  draw('versions', points, 'kept versions that changed the body', (p) => p.versions, VERSIONS);
}

export function drawRows(points: readonly RowsPoint[]): void {
  draw('rows', points, 'rows of the table', (p) => p.rows, ROWS);
}

function draw<P>(name: string, points: readonly P[], xName: string, x: (point: P) => number, shown: Shown<P>): void {
  const panels = shown.map(([title, yName, curves]) => ({
    ...{ title, xName, yName },
    curves: Object.entries(curves).map(([of, y]) => ({ name: of, points: points.map((p) => [x(p), y(p)] as const) })),
  }));
  save(name, panels, panels.length);
}

function save(name: string, panels: readonly Panel[], columns: number): void {
  writeFileSync(join(GROWTH.folder, `${name}.svg`), plot(panels, columns));
}
