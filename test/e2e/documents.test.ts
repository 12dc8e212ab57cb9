/** What README.md and docs/ tell to paste works as it stands, in order, twice, on any port (CONTRACT 7). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gist, outputsOf, type ShellBlock, scriptOf, shellBlocks } from '../support/shell-blocks.ts';
import { ODataServer } from './support/odata-server.ts';
import { AUDIENCE, IdentityProvider, makeKey } from './support/provider.ts';
import { run } from './support/run.ts';
import { PROJECT, Service } from './support/service.ts';

const OWN = 'docs/own-system.md';

let service: Service;

beforeAll(async () => {
  service = await Service.start({ env: { RATE_LIMITS: 'off' } });
});
afterAll(() => service?.stop());

describe.each(['README.md', 'docs/demo.md', 'docs/sync.md'])('the shell blocks of %s', (path) => {
  const blocks = shellBlocks(path);

  it.each(['first', 'second'])('answer as it says, pasted for the %s time', async () => {
    expect(blocks.length).toBeGreaterThan(3);
    const { stdout, stderr } = await run('bash', ['-c', scriptOf(blocks)], service.env);
    const found = outputsOf(stdout, blocks);
    expect(stderr).not.toMatch(/not found|unbound|syntax|curl:/);
    for (const [at, { commands, answer }] of blocks.entries()) {
      expect({ commands, gist: gist(found[at] ?? '') }).toEqual({ commands, gist: gist(answer) });
      if (answer !== '') expect({ commands, found: found[at]?.trim() }).not.toEqual({ commands, found: '' });
    }
  });

  it('name no port of their own', () => {
    for (const { commands } of blocks) {
      expect(commands.replaceAll('PORT:=8787', '')).not.toMatch(/\b87\d\d\b/);
    }
  });
});

describe(OWN, () => {
  const blocks = shellBlocks(OWN);

  it("leads to a table of an origin of one's own, read with a token of a provider of one's own", async () => {
    const [provider, erp] = await Promise.all([IdentityProvider.start(makeKey()), ODataServer.start()]);
    /** A reader puts the own addresses for those of the example. */
    const own = (text: string) =>
      text
        .replaceAll('http://127.0.0.1:9000', provider.url)
        .replaceAll('http://127.0.0.1:7000', erp.url)
        .replace('key-of-the-erp', erp.key)
        .replace('JWT_AUDIENCE=freshet', `JWT_AUDIENCE=${AUDIENCE}`);
    const text = readFileSync(join(PROJECT, OWN), 'utf8');
    const [, devVars = ''] = /^```ini\n(.*?)^```$/ms.exec(text) ?? [];
    const mine = await Service.start({ devVars: own(devVars) });
    try {
      const printed = await mine.lineWith(/^ANSWER=\$\(curl /);
      const client = { CLIENT_ID: 'app', CLIENT_SECRET: provider.appSecret };
      /** Pastes the token command and these blocks into a shell; what each block answers. */
      const paste = async (...pasted: ShellBlock[]) => {
        const commands = own(scriptOf(pasted)).replaceAll('/tmp/', `${mine.stateDir}/`);
        const script = `${printed}\n${commands}`;
        const { stdout } = await run('bash', ['-c', script], { ...mine.env, ...client });
        return outputsOf(stdout, pasted);
      };
      const [token, put, read, refresh, list] = blocks as [ShellBlock, ShellBlock, ShellBlock, ShellBlock, ShellBlock];
      expect(blocks).toHaveLength(5);
      for (const time of ['first', 'second']) {
        const [whoami = '', defined = '', table = ''] = await paste(token, put, read);
        expect(JSON.parse(whoami), time).toMatchObject({
          scopes: expect.arrayContaining(['cache:read', 'cache:admin']),
        });
        expect(JSON.parse(defined), time).toMatchObject({ tables: [{ name: 'articles' }] });
        expect(table, time).toMatch(/^HTTP\/1\.1 200 OK/);
        expect(table, time).toContain(
          '[{"name":"articles","columns":["ID","Name","Price"],"data":[[1,"A-100","Pump",129.5],',
        );

        erp.raisePrice('A-101');
        const [, changed = ''] = await paste(token, refresh);
        expect(changed, time).toMatch(/^\{"task_id":"[\w-]+","task_state":"SUCCESS"\}\nHTTP\/1\.1 200 OK/);
        expect(changed, time).toMatch(
          /^\[\{"name":"articles","insert_rows":\[\[\d+,"A-101","Valve",\d+\]\],"delete_ids":\[\d+\]\}\]/m,
        );
        const etag = /^ETag: "(.*)"\r$/m.exec(changed)?.[1];
        const known = async () => JSON.parse((await paste(token, list))[1] ?? '');
        await expect
          .poll(known, { interval: 500 })
          .toMatchObject([{ device: 'tablet-1', etag, resource_title: 'articles', parameters: { plant: 'P1' } }]);
      }
    } finally {
      await Promise.all([mine.stop(), provider.stop(), erp.stop()]);
    }
  });
});
