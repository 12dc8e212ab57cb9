/** Watched caches are kept fresh (docs/live.md): what the object does when one expires, and when it rests. */
import { describe, expect, it } from 'vitest';
import { nextAlarmAt } from '../../src/core/task-machine/due.ts';
import { FRESHEN_GAP_MS, RESEND_FIRST_MS } from '../../src/core/task-machine/timing.ts';
import { freshenAt } from '../../src/core/task-machine/watchers.ts';
import { Key } from '../support/task-machine/key.ts';

const HUBS = [
  { hub: 0, n: 7 },
  { hub: 1, n: 9 },
] as const;

/** A loaded cache that two hubs watch, at the moment of its expiry. */
function expired(): Key {
  const key = new Key();
  key.load();
  for (const { hub, n } of HUBS) watch(key, hub, n);
  key.now = freshenAt(key.document) ?? 0;
  return key;
}

function watch(key: Key, hub: number, n: number): void {
  key.do('watch', { key: key.document.cache.key, hub, n });
}

const isKeptFresh = ({ document }: Key) => freshenAt(document) !== null;

describe('a watched cache that expires', () => {
  it('has its hubs asked, which changes nothing, and again after 15 s if that is lost', () => {
    const key = expired();
    const before = key.document;
    key.do('alarm', {});
    expect(key.last?.effects.ask).toBe(true);
    expect(key.document).toBe(before);
    expect(nextAlarmAt(key.document, key.now)).toBe(key.now + RESEND_FIRST_MS);
  });

  it('is loaded if a hub needs it, which is asked first the next time; the alarm that is set serves the load too', () => {
    const key = expired();
    key.do('alarm', {});
    const alarmAt = nextAlarmAt(key.document, key.now) ?? 0;
    key.now += 40;
    key.do('freshen', { hub: 1 });
    expect(key.last?.effects.send).toHaveLength(1);
    expect(key.document.watchers?.map(({ hub }) => hub)).toEqual([1, 0]);
    expect(nextAlarmAt(key.document, key.now)).toBeGreaterThanOrEqual(alarmAt);
  });

  it('rests if none does: no alarm comes for it, and its hubs are still told of changes', () => {
    const key = expired();
    key.do('rest', { asked: HUBS });
    expect(isKeptFresh(key)).toBe(false);
    key.load();
    expect(key.last?.effects.poke).toBe(true);
  });

  it.each<[string, (key: Key) => void]>([
    ['a hub asks again under the same number', (key) => watch(key, 0, 7)],
    ['a hub sets another watch', (key) => watch(key, 0, 8)],
    ['anybody asks for a load', (key) => void key.refresh()],
  ])('is kept fresh again once %s', (_name, ask) => {
    const key = expired();
    key.do('rest', { asked: HUBS });
    ask(key);
    if (key.document.head !== null) key.load();
    expect(isKeptFresh(key)).toBe(true);
  });

  it.each<[string, Parameters<Key['do']>[1], (key: Key) => void]>([
    ['one of its hubs could not be asked', { asked: [HUBS[0]] }, () => {}],
    ['one of its hubs has set another watch meanwhile', { asked: HUBS }, (key) => watch(key, 1, 10)],
  ])('does not rest if %s: all are asked again a minute later', (_name, request, meanwhile) => {
    const key = expired();
    meanwhile(key);
    key.do('rest', request as { asked: typeof HUBS });
    key.now += FRESHEN_GAP_MS - 1;
    key.do('alarm', {});
    expect(key.last?.effects.ask).toBe(false);
    key.now += 1;
    key.do('alarm', {});
    expect(key.last?.effects.ask).toBe(true);
  });

  it('does not rest if somebody asked for a load while the hubs were asked, whether that has ended or not', () => {
    const running = expired();
    running.refresh();
    running.do('rest', { asked: HUBS });
    const ended = expired();
    ended.load();
    ended.do('rest', { asked: HUBS });
    const failed = expired();
    failed.refresh();
    failed.fail(failed.claim(), { retryable: false });
    failed.do('rest', { asked: HUBS });
    for (const { document } of [running, ended, failed]) expect(document.rests).toBeUndefined();
  });
});
