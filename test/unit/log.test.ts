import { afterEach, expect, it, vi } from 'vitest';
import { log, sampleInfo, withLogFields } from '../../src/log.ts';

afterEach(() => {
  sampleInfo(1);
  vi.restoreAllMocks();
});

/** The lines that the work writes. */
async function linesOf(work: () => unknown): Promise<unknown[]> {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {});
  await work();
  return info.mock.calls.map(([line]) => JSON.parse(String(line)));
}

it('writes one line of JSON an event, whatever is in it', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {});
  log('info', 'test.forged', { key: 'a\n{"event":"forged"}' });
  expect(info.mock.calls).toEqual([['{"level":"info","event":"test.forged","key":"a\\n{\\"event\\":\\"forged\\"}"}']]);
});

it('puts what is common into each line of the work, also of what continues after it', async () => {
  let late: Promise<void> = Promise.resolve();
  const lines = await linesOf(async () => {
    await withLogFields({ request_id: 'r' }, async () => {
      await withLogFields({ key: 'k' }, async () => log('info', 'test.inner'));
      late = Promise.resolve().then(() => log('info', 'test.late', { key: 'l' }));
    });
    await late;
    log('info', 'test.outside');
  });
  expect(lines).toEqual([
    { level: 'info', event: 'test.inner', request_id: 'r', key: 'k' },
    { level: 'info', event: 'test.late', request_id: 'r', key: 'l' },
    { level: 'info', event: 'test.outside' },
  ]);
});

it('keeps the fields of works that run side by side apart', async () => {
  const lines = await linesOf(() =>
    Promise.all(
      ['a', 'b'].map((id) =>
        withLogFields({ request_id: id }, async () => {
          await Promise.resolve();
          log('info', `test.${id as Lowercase<string>}`);
        }),
      ),
    ),
  );
  expect(lines).toEqual(['a', 'b'].map((id) => ({ level: 'info', event: `test.${id}`, request_id: id })));
});

it('writes the share of info lines that is asked for, all of a request or none', async () => {
  sampleInfo(0.25);
  const requests = Array.from({ length: 4_000 }, (_, number) => `request-${number}`);
  const lines = await linesOf(() => {
    for (const id of requests)
      withLogFields({ request_id: id }, () => [log('info', 'test.one'), log('info', 'test.two')]);
  });
  const written = new Map<unknown, number>();
  for (const { request_id: id } of lines as { request_id: string }[]) written.set(id, (written.get(id) ?? 0) + 1);
  expect(written.size / requests.length).toBeCloseTo(0.25, 1);
  expect(new Set(written.values())).toEqual(new Set([2]));
});

it('always writes what is rare', async () => {
  sampleInfo(0);
  const lines = await linesOf(() => [log('info', 'test.left_out'), log('notice', 'test.done')]);
  expect(lines).toEqual([{ level: 'notice', event: 'test.done' }]);
});
