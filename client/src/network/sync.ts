/** Asks about many caches at once, by `POST /sync/` (CONTRACT 3 "Many caches at once"); answers arrive line by line. */

import { failure } from '../error.ts';
import type { Answer, Ask } from './http.ts';
import { itemOfLine, type SyncLine } from './item.ts';
import type { Item, SyncEnd, Transport } from './transport.ts';

/** Most bytes of all bodies in the answer: larger bodies are read alone, where a cut read can resume. */
const INLINE_BYTES = 1_048_576;
/** Most bytes of a request that the service accepts. */
const MAX_REQUEST_BYTES = 65_536;

export function syncBy(ask: Ask): Transport['sync'] {
  const sync: Transport['sync'] = async (question, onItem, options) => {
    const { caches, live } = question;
    const json = {
      caches: caches.map(({ id, title, parameters, etag, minRevision }) => ({
        id,
        resource_title: title,
        parameters,
        ...(etag !== null && { etag }),
        ...(minRevision > 0 && { min_revision: minRevision }),
      })),
      inline_bytes: INLINE_BYTES,
      ...(live !== null && { live }),
    };
    if (caches.length > 1 && mostBytes(JSON.stringify(json)) > MAX_REQUEST_BYTES) {
      const half = caches.length >> 1;
      const first = await sync({ ...question, caches: caches.slice(0, half) }, onItem, options);
      const rest = { ...question, caches: caches.slice(half), live: live && { ...live, add: true } };
      const last = await sync(rest, onItem, options);
      return first.live === 'ok' ? last : { ...last, live: first.live };
    }
    const headers = { Accept: 'application/x-ndjson' };
    const isAsked = new Set(caches.map(({ id }) => id));
    return ask({ ...options, path: '/sync/', json, headers }, async (answer) => {
      if (answer.status !== 200) throw failure();
      let item: Item | null = null;
      const tell = (body: string | null) => {
        if (item !== null && isAsked.has(item.id)) onItem(item, body);
        item = null;
      };
      for await (const line of linesOf(answer)) {
        if (item !== null) {
          tell(line);
          continue;
        }
        const told = objectIn(line);
        const end = endIn(told);
        if (end !== null) return end;
        item = itemOfLine(told as SyncLine);
        if (!item.hasBody) tell(null);
      }
      // The last line is missing.
      throw failure();
    });
  };
  return sync;
}

/** Complete lines, without their line ends. */
async function* linesOf({ pieces, text }: Answer): AsyncGenerator<string, void, void> {
  let line = '';
  const split = function* (more: string) {
    let from = 0;
    for (let to = more.indexOf('\n'); to >= 0; to = more.indexOf('\n', from)) {
      yield line + more.slice(from, to);
      line = '';
      from = to + 1;
    }
    line += more.slice(from);
  };
  if (pieces === null) return yield* split(await text());
  const decoder = new TextDecoder();
  for await (const piece of pieces()) yield* split(decoder.decode(piece, { stream: true }));
}

function endIn(told: object): SyncEnd | null {
  const { end, user, now, live = null } = told as { end?: true; user: string; now: string; live?: SyncEnd['live'] };
  if (end !== true) return null;
  const time = Date.parse(now);
  if (typeof user !== 'string' || Number.isNaN(time)) throw failure();
  return { user, now: time, live };
}

/** Parses a JSON object. @throws FreshetError `network` for anything else: a proxy or a firewall has answered */
export function objectIn(text: string): object {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value;
  } catch {}
  throw failure();
}

/** Upper bound of a text's bytes in UTF-8, exact within the BMP. React Native may lack TextEncoder. */
export function mostBytes(text: string): number {
  return text.replace(/[\x80-\u07ff]/g, '**').replace(/[\u0800-\uffff]/g, '***').length;
}
