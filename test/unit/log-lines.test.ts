/** The log of `npm start` (CONTRACT 7): JSON lines, whoever wrote them, kept across starts and bounded. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LogFile } from '../../scripts/lib/log-file.ts';
import { entryOf, readable } from '../../scripts/lib/log-lines.ts';

const TIME = '2026-11-28T16:20:08.904Z';
const entry = (line: string) => entryOf(line, 'wrangler', TIME);

describe('a line', () => {
  it('of the Worker becomes its own entry, with the time first', () => {
    const line = '{"level":"info","event":"refresh.loaded","task_id":"a","changed":true}';
    expect(JSON.stringify(entry(line))).toBe(
      `{"time":"${TIME}","level":"info","event":"refresh.loaded","task_id":"a","changed":true}`,
    );
  });

  it.each([
    ['▲', 'WARNING', 'warn'],
    ['✘', 'ERROR', 'error'],
  ])('of the Worker loses the mark %s and the colours that wrangler adds', (sign, word, level) => {
    const line = `\u001b[33m${sign} \u001b[43;33m[\u001b[43;30m${word}\u001b[43;33m]\u001b[0m \u001b[1m{"level":"${level}","event":"request.failed","code":"internal"}\u001b[0m`;
    expect(entry(line)).toEqual({ time: TIME, level, event: 'request.failed', code: 'internal' });
  });

  it.each([
    ['⎔ Starting local server...', 'info', '⎔ Starting local server...'],
    ['[wrangler:info] GET /healthz 200 OK (3ms)', 'info', 'GET /healthz 200 OK (3ms)'],
    ['[wrangler:warn] something', 'warn', 'something'],
    ['✘ [ERROR] Could not resolve "x"', 'error', 'Could not resolve "x"'],
    ['{"level":"info"', 'info', '{"level":"info"'],
    ['{"level":1,"event":"x"}', 'info', '{"level":1,"event":"x"}'],
  ])('of anybody else is the text of an entry: %s', (line, level, text) => {
    expect(entry(line)).toEqual({ time: TIME, level, event: 'wrangler.said', text });
  });

  it('without anything in it is none', () => {
    expect([entry(''), entry('  '), entry('\u001b[0m')]).toEqual([null, null, null]);
  });

  it('is readable on a terminal', () => {
    expect(readable({ time: TIME, level: 'warn', event: 'request.failed', code: 'internal', ms: 3 })).toBe(
      '16:20:08 warn  request.failed code="internal" ms=3',
    );
    expect(readable({ time: TIME, level: 'info', event: 'origin.said', text: 'hello' })).toBe('16:20:08 info  hello');
  });
});

describe('the file', () => {
  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'freshet-log-'));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  }
  const texts = (path: string) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).text);

  it('continues where an earlier start has ended', () => {
    const path = join(folder(), 'freshet.log');
    new LogFile(path).take('one', 'wrangler');
    new LogFile(path).take('two', 'wrangler');
    expect(texts(path)).toEqual(['one', 'two']);
  });

  it('makes room by moving what is old to one further file, in lines that stay whole', () => {
    const path = join(folder(), 'freshet.log');
    const all = Array.from({ length: 100 }, (_, at) => `line ${at}`);
    for (const line of all) new LogFile(path, undefined, 1000).take(line, 'wrangler');
    const kept = [...texts(`${path}.1`), ...texts(path)];
    expect(readFileSync(path).length).toBeLessThanOrEqual(1000);
    expect(readFileSync(`${path}.1`).length).toBeLessThanOrEqual(1000);
    expect(kept).toEqual(all.slice(-kept.length));
    expect(kept.length).toBeGreaterThan(5);
  });

  it('tells each entry, and the last of them, to people', () => {
    const lines: string[] = [];
    const log = new LogFile(join(folder(), 'freshet.log'), (line) => lines.push(line));
    for (let at = 0; at < 40; at += 1) log.take(`line ${at}`, 'wrangler');
    expect(lines).toHaveLength(40);
    expect(log.tail().split('\n')).toEqual(lines.slice(-30));
  });
});
