/**
 * What an origin itself says of its refusal, such as "apikey header missing": often all that an operator needs. Its start is read,
 * for a moment, and told to administrators without what the origin was sent.
 */

import { LoadFailure } from '../contract/problem.ts';
import type { OriginRequest } from './build-request.ts';
import { contentCodings, decoded } from './content-codings.ts';
import { isJsonType } from './media-type.ts';
import { withoutValues } from './redact.ts';
import { faultIn } from './xml/soap-fault.ts';

/** So much of the body is read, bytes without compression, and so much of that told, characters. */
const MAX_BYTES = 2048;
/** A SOAP Fault stands behind headers, which may be long. */
const MAX_XML_BYTES = 65_536;
const MAX_TEXT = 200;
/** A body that has not come by then is told as far as it has, ms. */
const MAX_MS = 1000;
/** Most bytes that a decoder may make of what comes, read or not. */
const MAX_DECODED = 1_048_576;

/** What was asked, and the secrets that went into it. */
export interface AskedWith extends Pick<OriginRequest, 'headers' | 'ownHeaders'> {
  secrets: readonly string[];
}

/**
 * The same failure, with the origin's words for administrators where the status is an error; a SOAP Fault goes before the status, unless that is
 * about credentials. The body is read or let go of.
 */
export async function withOriginsWords(
  failure: LoadFailure,
  response: Response,
  asked: AskedWith,
  signal: AbortSignal,
): Promise<LoadFailure> {
  const contentType = response.headers.get('Content-Type') ?? '';
  if (response.status < 400 || !isText(contentType)) return failure;
  const isXml = XML.test(contentType);
  const beginning = await beginningOf(response, signal, isXml ? MAX_XML_BYTES : MAX_BYTES);
  const { code, message, retryable, retryAfterMs } = failure;
  const fault = isXml && !OF_CREDENTIALS.has(response.status) ? faultIn(beginning.text) : null;
  if (fault !== null) {
    const refusal = fault.failure(plainWords(fault.words, asked));
    return new LoadFailure(refusal.code, refusal.message, {
      adminDetail: refusal.adminDetail,
      retryable: refusal.retryable,
      retryAfterMs,
    });
  }
  const words = wordsIn(shortened(beginning), sentIn(asked));
  if (words === '') return failure;
  return new LoadFailure(code, message, { adminDetail: `${message} It says: ${words}`, retryable, retryAfterMs });
}

/** A text of the origin as administrators may read it: on one line, short, without what it was sent. */
export function plainWords(text: string, asked: AskedWith): string {
  return wordsIn({ text, isCut: false }, sentIn(asked));
}

const XML = /^\s*(?:text|application)\/(?:[\w.-]+\+)?xml\b/i;
const OF_CREDENTIALS = new Set([401, 403]);

function isText(contentType: string): boolean {
  return isJsonType(contentType) || XML.test(contentType) || /^\s*text\//i.test(contentType);
}

/** The values of the definition's headers, those of credentials also without their scheme (RFC 9110 section 11.4), and secrets. */
function sentIn({ headers, ownHeaders, secrets }: AskedWith): string[] {
  const values = [...headers].filter(([name, value]) => ownHeaders.get(name) !== value).map(([, value]) => value);
  return [...secrets, ...values, ...values.map((value) => value.replace(/^\S+\s+/, ''))];
}

interface Beginning {
  text: string;
  /** Whether there may be more of it. */
  isCut: boolean;
}

/** @param most bytes that are read */
async function beginningOf(response: Response, signal: AbortSignal, most: number): Promise<Beginning> {
  const reader = response.body?.getReader();
  let isCut = false;
  // Cancelling makes a pending read end at once.
  const stop = () => {
    isCut = true;
    reader?.cancel().catch(() => undefined);
  };
  const timer = setTimeout(stop, MAX_MS);
  signal.addEventListener('abort', stop);
  const decoder = new TextDecoder();
  let text = '';
  let room = most;
  try {
    const codings = contentCodings(response.headers.get('Content-Encoding'));
    const tooLarge = new LoadFailure('origin-too-large', 'The refusal is too large.');
    for await (const piece of decoded(piecesOf(reader), codings, MAX_DECODED, tooLarge)) {
      text += decoder.decode(piece.subarray(0, room), { stream: true });
      room -= piece.byteLength;
      if (room <= 0) break;
    }
    isCut ||= room <= 0;
  } catch {
    // The status has said that it failed: what can be read only tells more of it.
    isCut = true;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    reader?.cancel().catch(() => undefined);
  }
  return { text, isCut };
}

/** As much as is told of what is no Fault. */
function shortened({ text, isCut }: Beginning): Beginning {
  return { text: text.slice(0, MAX_BYTES), isCut: isCut || text.length > MAX_BYTES };
}

async function* piecesOf(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array, void> {
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** On one line, without markup, addresses (their queries have values) and what was sent. */
function wordsIn({ text, isCut }: Beginning, sent: readonly string[]): string {
  // Of a value that was cut in two, the first part would not be known any more.
  const longest = Math.max(0, ...sent.map(({ length }) => length));
  const known = isCut ? text.slice(0, Math.max(0, text.length - longest)) : text;
  const plain = withoutValues(known, sent)
    .replaceAll(/<(style|script)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ')
    .replaceAll(/<[^<>]*>/g, ' ')
    .replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"<>]+/gi, '***')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return plain.trim().slice(0, MAX_TEXT).trim().toWellFormed();
}
