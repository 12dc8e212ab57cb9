import { afterEach, expect, it, vi } from 'vitest';
import { log, withLogFields } from '../../src/log.ts';

afterEach(() => {
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

it('puts what is common into each line of the work, also of what goes on after it', async () => {
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
