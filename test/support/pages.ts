/** Answers in pages, for tests without the service: the requests of a walk over them, and the result of a load. */

import type { Pages } from '../../src/contract/pages.ts';
import type { Resource } from '../../src/contract/resource.ts';
import { buildRequest, type OriginRequest } from '../../src/origin/build-request.ts';
import { checkedAnswers } from '../../src/origin/checked-answers.ts';
import { ColumnWatch } from '../../src/origin/column-watch.ts';
import type { NewAnswer } from '../../src/origin/fetch-origin.ts';
import { Findings } from '../../src/origin/findings.ts';
import { readPages } from '../../src/origin/pages/read-pages.ts';
import { readAnswer } from '../../src/origin/read-answer.ts';
import type { LoadChange } from '../../src/ports/object.ts';
import { loadTables } from '../../src/tables/load-tables.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { sampleResource } from './resources.ts';

export const ORIGIN = 'https://erp.example.com/items';
const KEY = 'f'.repeat(64);

/** One page: a JSON value or a text, with headers. */
export interface Page {
  body: unknown;
  headers?: Record<string, string>;
}

export type PagesInput = Partial<Pages>;
type Members = Parameters<typeof sampleResource>[0] & { origin?: never };

/** A definition of one table `t` at `/items`, in pages. */
export function pagedResource(
  pages: PagesInput,
  { origin = {}, ...more }: Partial<Record<keyof Resource, unknown>> = {},
) {
  const tables = [{ name: 't', rows: '/items', columns: ['id', 'a'] }];
  return sampleResource({ tables, ...more, origin: { url: ORIGIN, pages, ...(origin as object) } } as Members);
}

/** The result of a load of these pages: requests, body, change, warnings. */
export async function loadPages(
  definition: Resource,
  pageOf: (request: OriginRequest, number: number) => Page,
  piece = 7,
) {
  const asked: OriginRequest[] = [];
  const asker = {
    page: async (request: OriginRequest) => {
      asked.push(request);
      return answerOf(pageOf(request, asked.length - 1), request, piece);
    },
  };
  const cache = { key: KEY, resource: 'paged', parameters: {}, owner: null };
  const request = buildRequest(definition, cache, { hosts: [], secret: () => undefined });
  return { asked, ...(await loadAll(definition, (reading) => readPages({ ...reading, request, asker }))) };
}

/** The same for one answer with all rows. */
export async function loadWhole(definition: Resource, page: Page) {
  const request = { url: new URL(ORIGIN) } as OriginRequest;
  return loadAll(definition, ({ findings, columns }) => [
    readAnswer(definition, answerOf(page, request, 1000), { findings, columns }),
  ]);
}

type Reading = Pick<Parameters<typeof readPages>[0], 'definition' | 'pages' | 'findings' | 'columns'>;

async function loadAll(definition: Resource, answers: (reading: Reading) => Parameters<typeof checkedAnswers>[0]) {
  const { tables = [], origin } = definition;
  const findings = new Findings(origin.partial);
  const columns = tables.map((table) => new ColumnWatch(table));
  const pages = origin.pages as Pages;
  const blobs = memoryBlobs();
  const read = answers({ definition, pages, findings, columns });
  const checks = { tables, columns, drift: pages?.drift, findings };
  const { change } = await loadTables({
    answers: checkedAnswers(read, checks),
    blobs,
    key: KEY,
    fence: 1,
    previous: null,
    nextRowId: 1,
    tables,
    guard: undefined,
  });
  const body = new TextDecoder().decode(blobs.content.get(`${KEY}/1/body`)?.subarray(0, change?.bytes));
  return { body, change: change as LoadChange, warnings: findings.warnings, facts: columns.map(({ facts }) => facts) };
}

function answerOf({ body, headers = {} }: Page, { url }: OriginRequest, piece: number): NewAnswer {
  const bytes = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    outcome: 'new',
    validators: { etag: null, lastModified: null },
    url,
    headers: new Headers({ 'Content-Type': 'application/json', ...headers }),
    status: 200,
    body: (async function* () {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    })(),
    release: () => undefined,
  };
}
