/** What administrators see of an origin's own message when it refuses. */
import { describe, expect, it } from 'vitest';
import type { LoadFailure } from '../../src/contract/problem.ts';
import { fetchOrigin } from '../../src/origin/fetch-origin.ts';
import { type OriginAnswer, TestOrigin } from '../support/origin.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };

async function failureOf(answer: OriginAnswer, sent: Record<string, string> = {}, secrets: string[] = []) {
  const origin = new TestOrigin();
  await origin.answer(answer);
  const ownHeaders = new Headers({ 'Accept-Encoding': 'gzip, br' });
  const headers = new Headers([...ownHeaders, ...Object.entries(sent)]);
  const request = { url: new URL(origin.url), method: 'GET' as const, headers, ownHeaders, body: null };
  const asked = fetchOrigin(request, {
    fetch: (...args) => fetch(...args),
    accepts: async () => true,
    signal: new AbortController().signal,
    maxBytes: 1_000_000,
    validators: null,
    redirects: 'same',
    hosts: [],
    now: Date.now(),
    secrets,
  });
  return asked.then(
    () => expect.fail('the answer was taken'),
    (failure: LoadFailure) => failure,
  );
}
const told = async (...of: Parameters<typeof failureOf>) => (await failureOf(...of)).adminDetail;

describe('what an origin says of its refusal', () => {
  it.each([401, 403, 404, 422, 500])('is told to administrators alone, with status %i', async (status) => {
    const body = '{"message":"apikey header missing or wrong"}';
    const { code, message, adminDetail } = await failureOf({ status, headers: JSON_TYPE, body });
    const isDenied = status === 401 || status === 403;
    expect([code, message]).toEqual([
      isDenied ? 'origin-auth' : 'origin-status',
      `The origin answered with status ${status}.`,
    ]);
    expect(adminDetail).toBe(`The origin answered with status ${status}. It says: ${body}`);
  });

  it.each([
    ['text/plain; charset=utf-8', 'no\r\n\tsuch   plant\u0000\u0007!', 'no such plant !'],
    ['application/problem+json', '{"title":"No"}', '{"title":"No"}'],
    ['application/xml', '<error><message>No plant</message></error>', 'No plant'],
    ['text/html', '<html><style>p {color: red}</style><title>Refused</title><p>Ask us.</p></html>', 'Refused Ask us.'],
  ])('is a text on one line: %s', async (type, body, words) => {
    expect(await told({ status: 400, headers: { 'Content-Type': type }, body })).toBe(
      `The origin answered with status 400. It says: ${words}`,
    );
  });

  it.each([
    [{ headers: { 'Content-Type': 'application/octet-stream' }, body: 'words' }],
    [{ headers: { 'Content-Type': 'image/svg+xml' }, body: '' }],
    [{ headers: JSON_TYPE, body: ' \n ' }],
    [{ headers: { ...JSON_TYPE, 'Content-Encoding': 'zstd' }, body: 'words' }],
    [{ headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, body: 'words' }],
  ])('is nothing where it is not a text: %j', async (answer) => {
    const { code, message, adminDetail } = await failureOf({ status: 500, ...answer });
    expect([code, adminDetail]).toEqual(['origin-status', message]);
  });

  it('is read decoded, and cut to 200 characters', async () => {
    const body = `{"message":"${'plant '.repeat(5000)}"}`;
    for (const codings of [[], ['gzip'], ['br']]) {
      const detail = await told({ status: 500, headers: JSON_TYPE, body, codings });
      expect(detail).toBe(`The origin answered with status 500. It says: ${body.slice(0, 200).trim()}`);
    }
  });

  it('is what has come, where the rest does not', async () => {
    const answer = { status: 503, headers: JSON_TYPE, body: '{"message":"busy"}' };
    expect(await told({ ...answer, bytes_per_chunk: 17, chunk_delay_ms: 1500 })).toMatch(/status 503\./);
    expect(
      await failureOf({
        ...answer,
        body: '{"message":"the origin is busy"}',
        cut_after: 24,
        chunk_delay_ms: 20,
        bytes_per_chunk: 6,
      }),
    ).toMatchObject({
      code: 'origin-status',
      retryable: true,
    });
  });

  it('does not appear for good answers, and a redirect is not read', async () => {
    expect(await told({ status: 202, headers: JSON_TYPE, body: '{"message":"later"}' })).toBe(
      'The origin answered with status 202.',
    );
  });
});

describe('what was sent', () => {
  const sent = { Authorization: 'Bearer s3cr/t+of"ours==', 'X-Client': 'client-4711', 'Accept-Language': 'de' };

  it.each([
    ['as it was', 's3cr/t+of"ours=='],
    ['with its scheme', 'Bearer s3cr/t+of"ours=='],
    ['in other letters', 'S3CR/T+OF"OURS=='],
    ['of another header', 'client-4711'],
    ['as a secret within a header', 'ab1'],
  ])('is masked: %s', async (_how, secret) => {
    const body = `the key ${secret} is wrong`;
    const detail = await told({ status: 401, headers: { 'Content-Type': 'text/plain' }, body }, sent, ['ab1']);
    expect(detail).toMatch(/It says: the key (Bearer )?\*+ is wrong$/);
  });

  it.each([JSON.stringify, encodeURIComponent, (text: string) => text.replaceAll('=', '&#x3D;')])(
    'is masked by its letters and digits where it comes escaped (%#)',
    async (escaped) => {
      const secret = 'abcdef0123"/ghijkl==';
      const detail = await told(
        { status: 401, headers: { 'Content-Type': 'text/plain' }, body: `wrong: ${escaped(secret)}` },
        { 'X-Key': secret },
      );
      expect(detail).toContain('wrong: ');
      expect(detail).not.toMatch(/abcdef|0123|ghijkl/);
    },
  );

  it('leaves words alone of which a short value is part', async () => {
    const answer = { status: 401, headers: { 'Content-Type': 'text/plain' }, body: 'der Schlüssel wurde de nicht' };
    expect(await told(answer, sent)).toMatch(/der Schlüssel wurde \*\*\* nicht$/);
  });

  it.each([195, 199, 2040, 2047])('is not told in part where the text is cut at %i', async (at) => {
    const secret = 'k'.repeat(5) + '-'.repeat(20) + 'z'.repeat(5);
    const filling = at > 200 ? ' '.repeat(at) : 'x'.repeat(at);
    const body = `${filling}${secret}${' '.repeat(4000)}`;
    for (const bytes_per_chunk of [0, 2048]) {
      const answer = { status: 401, headers: { 'Content-Type': 'text/plain' }, body, bytes_per_chunk };
      expect(await told(answer, {}, [secret])).not.toMatch(/kk|--/);
    }
  });

  it('is masked as an address, too, whose query has values', async () => {
    const body = 'GET https://erp.example.com/x?plant=4711 failed';
    expect(await told({ status: 500, headers: { 'Content-Type': 'text/plain' }, body })).toMatch(/GET \*\*\* failed$/);
  });
});
