import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import page from '../../docs/resources.md?raw';
import { admin, alice, load } from '../support/admin.ts';
import { Client } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { TestOrigin } from '../support/origin.ts';

const EXAMPLES = Array.from(page.matchAll(/^```json\n(.*?)^```/gms), ([, text]) => text ?? '');
/** Of the group that the page names. */
const seller = new Client({ user: 'seller', groups: ['sales'] });
/** The last of the one that grows. */
const WHOLE = EXAMPLES.find((text) => text.includes('"guard"')) ?? '';

describe('a definition in docs/resources.md', () => {
  it('is there', () => {
    expect(EXAMPLES.length).toBeGreaterThan(6);
  });

  it.each(EXAMPLES.map((text, at) => [at + 1, text] as const))(
    'is accepted as it stands: number %i',
    async (_, text) => {
      const title = unique('page');
      const { status, body } = await put(title, text);
      expect([status, body]).toEqual([201, expect.objectContaining({ title })]);
      expect(warningsIn(body).filter((warning) => !warning.includes('is not set'))).toEqual([]);
      // What was answered may be put back.
      expect((await put(title, JSON.stringify(body))).status).toBe(200);
    },
  );
});

it('loads what the page says: one filter, the secret, no answer that breaks a rule, and for its group alone', async () => {
  const title = unique('page');
  const origin = new TestOrigin();
  const text = WHOLE.replace('https://erp.example.com', origin.url).replace('ORIGIN_ERP_TOKEN', 'ORIGIN_TEST_TOKEN');
  expect((await put(title, text)).status).toBe(201);
  const value = (name: string) => [{ Id: 7, Product: 'Bolt', [name]: 3.5, Note: null }];
  await origin.answerJson({ status: 'ok', value: value('Amount') });
  await load(title, { region: "O'Hara" }, seller);
  const [asked] = await origin.requests();
  expect(decodeURIComponent(asked?.path ?? '')).toMatch(/Sales\?\$filter=Year eq 2026 and Region eq 'O''Hara'$/);
  expect(asked?.headers.authorization).toBe(`Bearer ${env.ORIGIN_TEST_TOKEN}`);
  const read = () => seller.get(`/rpc/${title}/?region=O'Hara`).then((answer) => answer.json());
  const held = [{ name: 'sales', columns: ['Id', 'Product', 'Amount', 'Note'], data: [[1, 7, 'Bolt', 3.5, null]] }];
  expect(await read()).toEqual(held);
  for (const answer of [
    { status: 'ok', value: [] },
    { status: 'ok', value: value('Sum') },
  ]) {
    await origin.answerJson(answer);
    const refresh = { resource_title: title, region: "O'Hara" };
    const task = await seller.post('/cache/refresh/', refresh, { Prefer: 'wait=20' });
    expect(await task.json()).toMatchObject({ task_state: 'FAILURE' });
    expect(await read()).toEqual(held);
  }
  expect((await alice.get(`/rpc/${title}/?region=O'Hara`)).status).toBe(404);
});

/** Secrets that the page names are not set here. */
function warningsIn(body: { warnings?: string[] }): string[] {
  return body.warnings ?? [];
}

async function put(title: string, text: string): Promise<{ status: number; body: object }> {
  const answer = await admin.put(`/resources/${title}/`, JSON.parse(text));
  return { status: answer.status, body: await answer.json() };
}
