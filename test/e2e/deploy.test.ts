/** What can be tried of a deploy without an account (CONTRACT 7). */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import limits from '../../scripts/limits.json' with { type: 'json' };
import { Account } from './support/account.ts';
import { run } from './support/run.ts';

it('builds a Worker within the limit of its gzipped size, with every binding', async () => {
  const { code, stdout } = await run('npm', ['run', '-s', 'deploy', '--', '--dry-run']);
  expect(code).toBe(0);
  const kib = Number(/gzip: ([\d.]+) KiB/.exec(stdout)?.[1]);
  expect(kib).toBeGreaterThan(0);
  expect(kib * 1024).toBeLessThan(limits.bundleGzippedBytes);
  for (const binding of ['DB', 'BLOBS', 'CACHE_OBJECT', 'REFRESH_QUEUE', 'SYNC_QUEUE'])
    expect(stdout).toContain(`env.${binding}`);
});

describe('a deploy', () => {
  it('without an account says how to get one, in which page, and what wrangler said', async () => {
    const home = mkdtempSync(join(tmpdir(), 'freshet-home-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const nobody = { HOME: home, XDG_CONFIG_HOME: home, CLOUDFLARE_API_TOKEN: '', CLOUDFLARE_API_KEY: '' };
    const { code, stderr } = await run('npm', ['run', '-s', 'deploy'], nobody);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^wrangler is not logged in to a Cloudflare account\. Run npx wrangler login, or set CLOUDFLARE_API_TOKEN/,
    );
    expect(stderr).toContain('docs/deploy.md');
    expect(stderr).toContain('Nothing was created or uploaded.');
    expect(stderr).toContain('In a non-interactive environment');
  });

  async function deployTo(...secrets: string[]) {
    const account = await Account.with(...secrets);
    onTestFinished(() => account.stop());
    return { ...(await run('npm', ['run', '-s', 'deploy'], account.env)), asked: account.others };
  }

  it('refuses settings that let nobody in before it makes or uploads anything', async () => {
    const { code, stderr, asked } = await deployTo('JWT_SECRET', 'JWT_PUBLIC_KEY', 'ORIGIN_ERP_TOKEN');
    expect(code).toBe(1);
    expect(stderr).toContain('JWT_PUBLIC_KEY and JWT_SECRET are set');
    expect(stderr).toContain('Nothing was created or uploaded');
    expect(asked).toEqual([]);
  });

  it('goes on to the database with settings that are sound', async () => {
    const { stdout, asked } = await deployTo('JWT_SECRET', 'JWT_SECRET_PREVIOUS');
    expect(stdout).toContain('the database DB');
    expect(asked[0]).toMatch(/^GET .*\/d1\/database/);
  });
});
