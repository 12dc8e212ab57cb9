/** client/examples/device.ts as somebody runs it: a process of its own, against a real `npm start`, over a line that can go down. */

import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, Service } from '../../../test/e2e/support/service.ts';
import { Line } from '../support/line.ts';

const DEVICE = join(import.meta.dirname, '../../examples/device.ts');
const PATIENCE_MS = 120_000;
const CHANGED = 2;

let service: Service;
let line: Line;
const folder = mkdtempSync(join(tmpdir(), 'freshet-device-'));
beforeAll(async () => {
  service = await Service.start();
  line = await Line.to(service.port);
}, 180_000);
afterAll(async () => {
  await line?.stop();
  await service?.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

/** A running device, and what it prints. */
class Device {
  readonly lines: string[] = [];
  readonly ended: Promise<unknown[]>;
  readonly #child: ChildProcess;
  readonly #heard = new EventEmitter();

  constructor(env: Record<string, string> = {}) {
    const given = { ...service.env, FRESHET_URL: `${line.url}/api/v1`, FRESHET_FOLDER: folder, ...env };
    this.#child = spawn(process.execPath, ['--no-warnings', DEVICE], {
      cwd: tmpdir(),
      env: { ...cleanEnv(), ...given },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface(stream).on('line', (text) => this.#take(text));
    }
  }

  /** The first line that matches. */
  until(pattern: RegExp): Promise<string> {
    return this.#when(() => this.lines.find((text) => pattern.test(text)));
  }

  /** What it shows of rows, as soon as so many have come. */
  rowsWith(count: number): Promise<string[]> {
    const rows = () => this.lines.filter((text) => /^[+-] /.test(text));
    return this.#when(() => (rows().filter((text) => text.startsWith('+')).length < count ? undefined : rows()));
  }

  async #when<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await once(this.#heard, 'line');
    }
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<unknown> {
    this.#child.kill(signal);
    const [code, by] = await this.ended;
    return code ?? by;
  }

  #take(text: string): void {
    this.lines.push(text);
    this.#heard.emit('line');
  }
}

const devices: Device[] = [];
afterEach(() => Promise.all(devices.splice(0).map((device) => device.kill('SIGKILL'))));
function started(env?: Record<string, string>): Device {
  const device = new Device(env);
  devices.push(device);
  return device;
}

/** The origin changes two rows, and somebody else has them loaded. */
async function change(): Promise<void> {
  const order = { method: 'POST', body: JSON.stringify({ changes: CHANGED }) };
  expect((await fetch(`${service.originUrl}/control`, order)).status).toBe(200);
  const answer = await fetch(`${service.url}/api/v1/cache/refresh/`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await service.token('bob')}`,
      'Content-Type': 'application/json',
      Prefer: 'wait=30',
    },
    body: '{"resource_title":"cars","year":1982}',
  });
  expect(await answer.json()).toMatchObject({ task_state: 'SUCCESS' });
}

/** The devices of alice, as the service's operators see them. */
async function devicesOf(): Promise<string[]> {
  const token = await service.token('eve', { scope: 'cache:inspect' });
  const answer = await fetch(`${service.url}/api/v1/devices/?user=alice`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { device: string }[]).map(({ device }) => device);
}

/** Rows that came took the place of those that went: the same cars, of another weight. */
function expectChanged(rows: readonly string[]): void {
  const idsOf = (sign: string) =>
    rows.filter((text) => text.startsWith(sign)).map((text) => JSON.parse(text.slice(2)).id as number);
  expect(idsOf('-')).toHaveLength(CHANGED);
  expect(idsOf('+').sort()).toEqual(idsOf('-').sort());
}

const versionIn = (text: string | undefined) => /^cars v\d+: 61 in cars/.exec(text ?? '')?.[0];

describe('the device', () => {
  it(
    'shows its rows and what changes in them; killed, it shows them from its file without a service, then asks for the difference alone',
    async () => {
      const first = started();
      await Promise.all([
        first.until(/^cars v\d+: 61 in cars/),
        first.until(/^countries v\d+: 51 in countries, 1 in continents/),
      ]);
      await first.until(/^\[live\]/);
      await expect.poll(devicesOf).toContain(hostname());
      const firstBytes = line.passed;
      await change();
      expectChanged(await first.rowsWith(CHANGED));
      expect(await first.kill('SIGKILL')).toBe('SIGKILL');

      line.isDown = true;
      await change();
      const before = line.passed;
      const second = started();
      expect(versionIn(await second.until(/^cars/))).toBe(
        versionIn(first.lines.findLast((text) => /^cars/.test(text))),
      );
      await second.until(/^countries v\d+: 51 in countries/);
      await second.until(/^\[offline\]/);
      expect(line.passed).toBe(before);

      line.isDown = false;
      // A change of the whole table would show no rows.
      expectChanged(await second.rowsWith(CHANGED));
      await second.until(/^\[live\]/);
      expect(line.passed - before).toBeLessThan(firstBytes);
      expect(await second.kill('SIGTERM')).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'says that it needs another token where the one that it was given is refused, and continues showing its rows',
    async () => {
      const device = started({ FRESHET_TOKEN: await service.token('alice', { expiresS: -3600 }) });
      await device.until(/^\[needs-auth\] restart with another FRESHET_TOKEN/);
      await device.until(/^cars v\d+: 61 in cars/);
    },
    PATIENCE_MS,
  );
});
