/** The pictures of docs/growth.md, from the reports. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Panel, plot } from '../harness/plot.ts';
import { GROUPS } from './operations.ts';
import type { OperationReport, Point } from './records.ts';
import { GROWTH } from './reports.ts';
import type { RowsPoint } from './rows.ts';
import type { VersionsPoint } from './versions.ts';

const MIB = 1024 * 1024;

/** One panel: its title, the name of its y axis, and the value of a point for each of its curves. */
type Shown<P> = readonly [title: string, yName: string, values: Readonly<Record<string, (point: P) => number>>];

export function drawRecords(operations: readonly OperationReport[]): void {
  const panel = (group: string, yName: string, value: (point: Point) => number): Panel => ({
    title: group,
    xName: 'records and entries in D1',
    yName,
    curves: operations
      .filter((operation) => operation.group === group)
      .map(({ name, points }) => ({ name, points: points.map((point) => [point.size, value(point)]) })),
  });
  const times = GROUPS.map((group) => panel(group, 'ms', ({ ms }) => ms));
  const rows = GROUPS.map((group) => panel(group, 'rows read', ({ read }) => read));
  save('records', [...times, ...rows], GROUPS.length);
}

export function drawVersions(points: readonly VersionsPoint[]): void {
  draw('versions', points, 'kept versions that changed the body', ({ versions }) => versions, [
    [
      'Time',
      'ms',
      {
        'refresh to SUCCESS': ({ refreshMs }) => refreshMs,
        'delta over all of them': ({ deltaMs }) => deltaMs,
        'rpc 304': ({ notModifiedMs }) => notModifiedMs,
      },
    ],
    ['CPU of workerd', 'ms', { 'rpc 304': ({ notModifiedCpuMs }) => notModifiedCpuMs }],
    [
      'Bytes',
      'bytes',
      {
        "the entry's row in D1": ({ rowBytes }) => rowBytes,
        'its chain': ({ chainBytes }) => chainBytes,
        'answer to a delta over all of them': ({ deltaBytes }) => deltaBytes,
      },
    ],
  ]);
}

export function drawRows(points: readonly RowsPoint[]): void {
  draw('rows', points, 'rows of the table', ({ rows }) => rows, [
    [
      'Time',
      's',
      {
        'first load': ({ first }) => first.seconds,
        'load with 1 % other rows': ({ churned }) => churned.seconds,
        'first load, CPU': ({ first }) => first.cpuSeconds,
        'load with 1 % other rows, CPU': ({ churned }) => churned.cpuSeconds,
      },
    ],
    [
      'Most memory of workerd',
      'MiB',
      {
        'first load': ({ first }) => first.memoryBytes / MIB,
        'load with 1 % other rows': ({ churned }) => churned.memoryBytes / MIB,
      },
    ],
    [
      'Bytes',
      'bytes',
      {
        "the origin's answer": ({ originBytes }) => originBytes,
        'body in R2': ({ bodyBytes }) => bodyBytes,
        'id map in R2': ({ mapBytes }) => mapBytes,
        'delta of 1 % other rows': ({ deltaBytes }) => deltaBytes,
      },
    ],
  ]);
}

function draw<P>(
  name: string,
  points: readonly P[],
  xName: string,
  x: (point: P) => number,
  shown: readonly Shown<P>[],
): void {
  const panels = shown.map(([title, yName, values]) => ({
    ...{ title, xName, yName },
    curves: Object.entries(values).map(([of, y]) => ({
      name: of,
      points: points.map((point) => [x(point), y(point)] as const),
    })),
  }));
  save(name, panels, panels.length);
}

function save(name: string, panels: readonly Panel[], columns: number): void {
  writeFileSync(join(GROWTH.folder, `${name}.svg`), plot(panels, columns));
}
