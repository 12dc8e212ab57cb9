/** Reads one body from `/rpc/` (CONTRACT 3). After a cut it resumes from the last byte. */

import { FreshetError, failure } from '../error.ts';
import { type Answer, type Ask, pause, type Request } from './http.ts';
import { itemOf, itemOfHeaders } from './item.ts';
import { readRequest } from './read-request.ts';
import { endOfTask, type Task, taskIn } from './task.ts';
import type { Item, ReadAnswer, ReadQuestion, Transport } from './transport.ts';

/** Least bytes of a partial body that are worth resuming. */
const WORTH_BYTES = 65_536;
/** Most partial bodies that are kept until they are asked for again. */
const MAX_BEGUN = 4;
const RESUME_PAUSE_MS = 1000;

type ReadOptions = Parameters<Transport['read']>[1];

/** The first part of a whole body. */
interface Begun {
  etag: string;
  pieces: Uint8Array<ArrayBuffer>[];
  bytes: number;
}

/** Reads of one client. They share the partial bodies. */
export interface Reads {
  /** Reads the present state: a body that must be loaded first is a 202. */
  once(question: ReadQuestion, options: ReadOptions): Promise<ReadAnswer>;
  /** If the body must be loaded first, waits for the load. */
  read: Transport['read'];
}

export function readsBy(ask: Ask): Reads {
  /** By path, the most recent last. */
  const begun = new Map<string, Begun>();

  const once: Reads['once'] = async (question, options) => {
    const request = { ...options, ...readRequest(question) };
    for (;;) {
      const part = begun.get(request.path);
      const had = part?.bytes ?? 0;
      try {
        return await attempt(request, part, options.onProgress);
      } catch (error) {
        if (!(error instanceof FreshetError)) throw error;
        const { code, problem, status, retryAfterS = null } = error;
        if (code === 'range-not-satisfiable' && begun.delete(request.path)) continue;
        // A rejected token concerns all requests, not just this cache.
        if (problem !== undefined && status !== undefined && code !== 'unauthenticated') {
          return { item: itemOf('', status, { error, retryAfterS }), body: null };
        }
        const gained = (begun.get(request.path)?.bytes ?? 0) - had;
        if (code === 'closed' || gained < WORTH_BYTES) throw error;
        await pause(RESUME_PAUSE_MS, options.signal);
      }
    }
  };

  const attempt = (request: Request, part: Begun | undefined, onProgress: ReadOptions['onProgress']) => {
    const range = part && { Range: `bytes=${part.bytes}-`, 'If-Range': `"${part.etag}"` };
    return ask({ ...request, headers: { ...request.headers, ...range } }, async (answer): Promise<ReadAnswer> => {
      if (answer.status === 202) {
        const { task_id: taskId } = await taskIn(answer);
        const retryAfterS = Number(answer.header('Retry-After')) || 1;
        return { item: itemOf('', 202, { taskId, retryAfterS }), body: null };
      }
      const item = itemOfHeaders(answer);
      if (answer.status === 304) return { item, body: null };
      const isMore = answer.status === 206 && part !== undefined && goesOn(answer, item, part);
      if (!isMore) begun.delete(request.path);
      if (!isMore && answer.status !== 200) throw failure();
      const whole = { ...item, status: 200, hasBody: true };
      if (answer.pieces === null) {
        return {
          item: whole,
          body: item.hash === null ? { blob: await answer.blob() } : { text: await answer.text() },
        };
      }
      const body: Begun = isMore ? part : { etag: item.etag as string, pieces: [], bytes: 0 };
      try {
        await readPieces(answer, answer.pieces(), body, onProgress);
      } catch (error) {
        // Parts of a POST or of a delta cannot be requested.
        if (request.json === undefined && item.delta === null && body.bytes >= WORTH_BYTES) keep(request.path, body);
        throw error;
      }
      begun.delete(request.path);
      return { item: whole, body: bodyOf(item, body.pieces) };
    });
  };

  const keep = (path: string, body: Begun) => {
    begun.delete(path);
    begun.set(path, body);
    const [oldest] = begun.keys();
    if (begun.size > MAX_BEGUN && oldest !== undefined) begun.delete(oldest);
  };

  const read: Reads['read'] = async (question, options) => {
    const first = await once(question, options);
    if (first.item.taskId === null) return first;
    await endOfTask(ask, { task_id: first.item.taskId, task_state: '' } satisfies Task, options);
    return once(question, options);
  };
  return { once, read };
}

/** Whether a 206 starts where the part ends. */
function goesOn(answer: Answer, { etag, delta }: Item, part: Begun): boolean {
  return (
    etag === part.etag && delta === null && answer.header('Content-Range')?.startsWith(`bytes ${part.bytes}-`) === true
  );
}

async function readPieces(
  { status, header }: Answer,
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  body: Begun,
  onProgress: ReadOptions['onProgress'],
): Promise<void> {
  const total = Number(/\/(\d+)$/.exec(header('Content-Range') ?? '')?.[1]);
  // A page of another origin may not see `Content-Encoding`: then the length may be that of the compressed body.
  const size = total || (header('Content-Encoding') ? 0 : Number(header('Content-Length')));
  const tell = () => onProgress({ bytes: body.bytes, of: body.bytes <= size ? size : null });
  tell();
  for await (const piece of pieces) {
    body.pieces.push(piece);
    body.bytes += piece.length;
    tell();
  }
  if (status === 206 && body.bytes !== total) throw failure();
}

function bodyOf({ hash, contentType }: Item, pieces: Uint8Array<ArrayBuffer>[]): NonNullable<ReadAnswer['body']> {
  if (hash === null) return { blob: new Blob(pieces, { type: contentType ?? '' }) };
  const decoder = new TextDecoder();
  const texts = pieces.map((piece) => decoder.decode(piece, { stream: true }));
  return { text: texts.join('') + decoder.decode() };
}
