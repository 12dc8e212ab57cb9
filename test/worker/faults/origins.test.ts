/** Origins as they are: what a task says of each, how often it was tried, and that devices still get what they had. */

import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { errorFor } from '../../../src/contract/problem.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { report } from '../../support/faults/report.ts';
import type { OriginAnswer } from '../../support/origin.ts';
import { Refreshed, run, stateOf } from '../../support/refreshes.ts';
import { runningClock } from '../../support/running-clock.ts';

vi.setConfig({ testTimeout: 120_000 });

const GOOD = '{"items":[{"a":1},{"a":2},{"a":3},{"a":4}]}';
const MAX_ATTEMPTS = 2;
const MIB = 1024 * 1024;

/** One kind of origin, and what comes of it after a good load. */
interface Row {
  name: string;
  answer: OriginAnswer | (() => OriginAnswer);
  timeoutS?: number;
  /** Code of the error and what its detail says; null: the load succeeds. */
  error: [code: string, detail: RegExp] | null;
  /** How often it is asked, of two attempts. */
  tries: number;
  /** Least and most seconds between two attempts. */
  waitS?: [number, number];
}

const raw = (head: string, body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${head}\r\n\r\n${body}`;
const redirect = (status: number, Location: string): OriginAnswer => ({ status, headers: { Location } });
/** Overloaded, with `Retry-After`. */
const busy = (status: number, value: string): OriginAnswer => ({ status, headers: { 'Retry-After': value } });
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();
/** With a date, by the clock of the test. */
const busyUntil = (status: number, seconds: number): OriginAnswer => ({
  status,
  headers: { Date: inSeconds(0), 'Retry-After': inSeconds(seconds) },
});

const ROWS: Row[] = [
  { name: 'hangs', timeoutS: 1, answer: { hang: true }, error: ['origin-timeout', /longer than 1 s/], tries: 2 },
  {
    name: 'drips a byte a second',
    timeoutS: 1,
    answer: { body: GOOD, bytes_per_chunk: 1, chunk_delay_ms: 1000 },
    error: ['origin-timeout', /longer than 1 s/],
    tries: 2,
  },
  {
    name: 'closes early against its Content-Length',
    answer: { raw: raw('Content-Length: 5000', GOOD) },
    error: ['origin-(unreachable|malformed)', /broke off|announced 5000 bytes/],
    tries: 2,
  },
  {
    name: 'sends chunked garbage',
    answer: { raw: raw('Transfer-Encoding: chunked', 'zz no size\r\n{"items":[]}\r\n') },
    error: ['origin-unreachable', /broke off/],
    tries: 2,
  },
  {
    name: 'sends a compressed bomb',
    answer: { body: ' '.repeat(MIB), times: 64, codings: ['gzip'] },
    error: ['origin-too-large', /more than 33554432 bytes/],
    tries: 1,
  },
  {
    name: 'sends 32 MiB and a byte',
    answer: { body: ' '.repeat((32 * MIB + 1) / 3), times: 3, bytes_per_chunk: MIB },
    error: ['origin-too-large', /more than 33554432 bytes/],
    tries: 1,
  },
  {
    name: 'sends another charset than it says',
    answer: { body: '{"items":[{"a":"\u00fc"}]}', latin1: true },
    error: ['origin-malformed', /UTF-8/],
    tries: 1,
  },
  {
    name: 'says another charset of what is UTF-8',
    answer: {
      body: '{"items":[{"a":1},{"a":2},{"a":3},{"a":"new"}]}',
      headers: { 'Content-Type': 'application/json; charset=iso-8859-1' },
    },
    error: null,
    tries: 1,
  },
  {
    name: 'sends HTML with status 200',
    answer: { body: '<html>Please log in</html>', headers: { 'Content-Type': 'text/html' } },
    error: ['origin-malformed', /text\/html/],
    tries: 1,
  },
  {
    name: 'sends HTML that it calls JSON',
    answer: { body: '<html>Please log in</html>', headers: { 'Content-Type': 'application/json' } },
    error: ['origin-malformed', /JSON/],
    tries: 1,
  },
  {
    name: 'redirects to itself',
    answer: redirect(302, '?'),
    error: ['origin-redirect', /more than 3 times/],
    // Each time that it is sent to itself it asks again.
    tries: 4,
  },
  {
    name: 'redirects to a private address',
    answer: redirect(307, 'http://169.254.169.254/latest/meta-data'),
    error: ['origin-redirect', /169\.254\.169\.254,/],
    tries: 1,
  },
  {
    name: 'redirects to another scheme',
    answer: redirect(301, 'file:///etc/passwd'),
    error: ['origin-redirect', /file:/],
    tries: 1,
  },
  { name: 'answers 304 without having been asked', answer: { status: 304 }, error: ['origin-status', /304/], tries: 1 },
  { name: 'answers 404', answer: { status: 404 }, error: ['origin-status', /404/], tries: 1 },
  { name: 'answers 500', answer: { status: 500 }, error: ['origin-status', /500/], tries: 2 },
  ...[429, 503].flatMap((status): Row[] => {
    const error: Row['error'] = ['origin-status', new RegExp(`${status}`)];
    return [
      { name: `answers ${status} with seconds`, answer: busy(status, '120'), error, tries: 2, waitS: [119, 121] },
      {
        name: `answers ${status} with a date`,
        answer: () => busyUntil(status, 240),
        error,
        tries: 2,
        waitS: [238, 241],
      },
      {
        name: `answers ${status} with a far date`,
        answer: () => busyUntil(status, 86_400),
        error,
        tries: 2,
        waitS: [3599, 3601],
      },
      { name: `answers ${status} with nonsense`, answer: busy(status, 'soon'), error, tries: 2, waitS: [0, 2] },
    ];
  }),
  {
    name: 'breaks off and has another body when it is tried again',
    answer: {
      body: '{"items":[{"a":"old"},{"a":"older"}]}',
      bytes_per_chunk: 10,
      cut_after: 20,
      next: { body: '{"items":[{"a":1},{"a":2},{"a":3},{"a":"new"}]}' },
    },
    error: null,
    tries: 2,
  },
  {
    name: 'names a next page',
    answer: { body: '{"items":[{"a":1},{"a":2},{"a":3},{"a":5}],"nextLink":"?page=2"}' },
    error: ['origin-pages', /next page at \/nextLink.*origin\.partial: \["next"\]/],
    tries: 1,
  },
  {
    name: 'says that it failed, with status 200',
    answer: { body: '{"items":[],"errors":[{"message":"time-out"}]}' },
    error: ['origin-refused', /errors at \/errors.*origin\.partial: \["errors"\]/],
    tries: 1,
  },
  { name: 'answers 204', answer: { status: 204 }, error: ['origin-status', /204.*missing: "empty"/], tries: 1 },
  { name: 'answers 202', answer: { status: 202 }, error: ['origin-status', /202/], tries: 2 },
  {
    name: 'answers 403 with Retry-After',
    answer: busy(403, '60'),
    error: ['origin-status', /403/],
    tries: 2,
    waitS: [59, 61],
  },
  {
    name: 'sends another coding than it says',
    answer: { body: GOOD, headers: { 'Content-Encoding': 'gzip' } },
    error: ['origin-malformed', /not the "gzip"/],
    tries: 1,
  },
  {
    name: 'is half empty, which guard stops',
    answer: { body: '{"items":[{"a":1}]}' },
    error: ['origin-guard', /\d/],
    tries: 1,
  },
];

const passMs = runningClock();

it.each(ROWS)('an origin that $name', async ({ name, answer, timeoutS = 120, error, tries, waitS }) => {
  const cache = await Refreshed.define({
    origin: { timeout_s: timeoutS },
    tables: [{ name: 't', rows: '/items', columns: ['a'] }],
    content_type: 'application/json',
    guard: { max_deleted: 0.5 },
    retry: { max_attempts: MAX_ATTEMPTS, backoff_s: 0 },
  });
  await cache.origin.answer({ body: GOOD });
  const good = await cache.refresh();
  await cache.origin.answer(typeof answer === 'function' ? answer() : answer);

  const taskId = await cache.ask();
  const first = await run(taskId);
  if (!first.ack) {
    const { task } = await stateOf(taskId);
    expect(task.state).toBe('RETRY');
    const waitedS = ((task.dueAt ?? 0) - Date.now()) / 1000;
    if (waitS !== undefined) {
      expect(waitedS).toBeGreaterThan(waitS[0] - 1);
      expect(waitedS).toBeLessThan(waitS[1]);
    }
    passMs(Math.max(waitedS * 1000, 0) + 10);
    await run(taskId);
  }

  const { task, entry } = await stateOf(taskId);
  const asked = (await cache.origin.requests()).length - 1;
  expect(asked).toBe(tries);
  const devices = error === null ? 'the new version' : 'the last version';
  // As administrators are told it.
  const { type = null, detail = null } = task.error === null ? {} : errorFor(task.error, true);
  const told = { origin: name, state: task.state, type, detail, tries: asked, devices };
  const stored = await d1Entries(env.DB).find(cache.cache.key);
  if (error === null) {
    expect(task).toMatchObject({ state: 'SUCCESS', error: null, version: 2 });
    expect(entry && (await cache.body(entry))).toBe(
      '[{"name":"t","columns":["a"],"data":[[1,1],[2,2],[3,3],[5,"new"]]}]',
    );
    await report('origins', name, told);
    return;
  }
  expect(task.state).toBe('FAILURE');
  expect(task.error?.type).toMatch(new RegExp(`^/docs/problems#${error[0]}$`));
  expect(detail).toMatch(error[1]);
  expect(stored?.lastError).toEqual(task.error);
  expect(stored?.loaded).toEqual(good.entry?.loaded);
  expect(stored && (await cache.body(stored))).toContain('[[1,1],[2,2],[3,3],[4,4]]');
  // What failed may have left a blob, which is owed; it is never named.
  expect(await cache.objects()).toContainEqual(expect.stringMatching(/^[0-9]+\/body$/));
  await report('origins', name, told);
});
