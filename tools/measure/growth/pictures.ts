/** The pictures of docs/growth.md, from the reports. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Curve, type Panel, plot } from '../harness/plot.ts';
import { GROUPS } from './operations.ts';
import type { OperationReport, Point } from './records.ts';
import { FOLDER } from './reports.ts';
import type { RowsPoint } from './rows.ts';
import type { VersionsPoint } from './versions.ts';

const MIB = 1024 * 1024;

export function drawRecords(operations: readonly OperationReport[]): void {
  const panel = (group: string, yName: string, value: (point: Point) => number): Panel => ({
    title: group,
    xName: 'records and entries in D1',
    yName,
    curves: operations
      .filter((operation) => operation.group === group)
      .map(({ name, points }) => curve(name, points, (point) => point.size, value)),
  });
  save(
    'records',
    [
      ...GROUPS.map((group) => panel(group, 'ms', ({ ms }) => ms)),
      ...GROUPS.map((group) => panel(group, 'rows read', ({ read }) => read)),
    ],
    GROUPS.length,
  );
}

export function drawVersions(points: readonly VersionsPoint[]): void {
  const panel = (title: string, yName: string, values: Record<string, (point: VersionsPoint) => number>): Panel => ({
    title,
    xName: 'kept versions that changed the body',
    yName,
    curves: Object.entries(values).map(([name, value]) => curve(name, points, ({ versions }) => versions, value)),
  });
  save(
    'versions',
    [
      panel('Time', 'ms', {
        'refresh to SUCCESS': ({ refreshMs }) => refreshMs,
        'delta over all of them': ({ deltaMs }) => deltaMs,
        'rpc 304': ({ notModifiedMs }) => notModifiedMs,
      }),
      panel('CPU of workerd', 'ms', { 'rpc 304': ({ notModifiedCpuMs }) => notModifiedCpuMs }),
      panel('Bytes', 'bytes', {
        "the entry's row in D1": ({ rowBytes }) => rowBytes,
        'its chain': ({ chainBytes }) => chainBytes,
        'answer to a delta over all of them': ({ deltaBytes }) => deltaBytes,
      }),
    ],
    3,
  );
}

export function drawRows(points: readonly RowsPoint[]): void {
  const panel = (title: string, yName: string, values: Record<string, (point: RowsPoint) => number>): Panel => ({
    title,
    xName: 'rows of the table',
    yName,
    curves: Object.entries(values).map(([name, value]) => curve(name, points, ({ rows }) => rows, value)),
  });
  save(
    'rows',
    [
      panel('Time', 's', {
        'first load': ({ first }) => first.seconds,
        'load with 1 % other rows': ({ churned }) => churned.seconds,
        'first load, CPU': ({ first }) => first.cpuSeconds,
        'load with 1 % other rows, CPU': ({ churned }) => churned.cpuSeconds,
      }),
      panel('Most memory of workerd', 'MiB', {
        'first load': ({ first }) => first.memoryBytes / MIB,
        'load with 1 % other rows': ({ churned }) => churned.memoryBytes / MIB,
      }),
      panel('Bytes', 'bytes', {
        "the origin's answer": ({ originBytes }) => originBytes,
        'body in R2': ({ bodyBytes }) => bodyBytes,
        'id map in R2': ({ mapBytes }) => mapBytes,
        'delta of 1 % other rows': ({ deltaBytes }) => deltaBytes,
      }),
    ],
    3,
  );
}

function curve<P>(name: string, points: readonly P[], x: (point: P) => number, y: (point: P) => number): Curve {
  return { name, points: points.map((point) => [x(point), y(point)]) };
}

function save(name: string, panels: readonly Panel[], columns: number): void {
  writeFileSync(join(FOLDER, `${name}.svg`), plot(panels, columns));
}
