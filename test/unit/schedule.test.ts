import { afterAll, describe, expect, it, vi } from 'vitest';
import { faultOfSchedule, nextRunAt } from '../../src/core/schedule.ts';

// As in a Worker, wherever the tests run.
vi.stubEnv('TZ', 'UTC');
afterAll(() => {
  vi.unstubAllEnvs();
});

const next = (schedule: string, after: string) => {
  const at = nextRunAt(schedule, Date.parse(after));
  return at === null ? null : new Date(at).toISOString();
};

describe('a schedule', () => {
  it.each([
    ['* * * * *', '2026-11-23T10:00:00.000Z', '2026-11-23T10:01:00.000Z'],
    ['* * * * *', '2026-11-23T10:00:59.999Z', '2026-11-23T10:01:00.000Z'],
    ['*/15 * * * *', '2026-11-23T10:46:00.000Z', '2026-11-23T11:00:00.000Z'],
    ['0 3 * * *', '2026-12-31T03:00:00.000Z', '2027-01-01T03:00:00.000Z'],
    ['30 2 * * *', '2026-03-29T00:00:00.000Z', '2026-03-29T02:30:00.000Z'],
    ['0 8-18/2 * * mon-fri', '2026-11-20T18:00:00.000Z', '2026-11-23T08:00:00.000Z'],
    ['0 0 1,15 * *', '2026-11-23T10:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['0 0 29 2 *', '2026-11-23T10:00:00.000Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 * * 7', '2026-11-23T10:00:00.000Z', '2026-11-29T00:00:00.000Z'],
    // A day of the month or a day of the week, where both are restricted.
    ['0 0 13 * 5', '2026-11-23T10:00:00.000Z', '2026-11-27T00:00:00.000Z'],
  ])('%s next comes after %s at %s', (schedule, after, at) => {
    expect(faultOfSchedule(schedule)).toBeNull();
    expect(next(schedule, after)).toBe(at);
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '@daily',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '5x * * * *',
    '5/10 * * * *',
    '*/0 * * * *',
    '9-5 * * * *',
    '? * * * *',
    'mon * * * *',
    '1,,2 * * * *',
    `${'1,'.repeat(200)}1 * * * *`,
  ])('is refused: %j', (schedule) => {
    expect(faultOfSchedule(schedule)).toMatch(/five fields/);
  });

  it.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *'])('that never comes is refused: %s', (schedule) => {
    expect(faultOfSchedule(schedule)).toBe('must name a time that occurs');
    expect(nextRunAt(schedule, 0)).toBeNull();
  });
});
