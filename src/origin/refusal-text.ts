/**
 * The origin's own text about its refusal, such as "apikey header missing": often all that an operator needs. Reads
 * only its beginning, for at most a second, and removes what was sent to the origin. Only administrators see it.
 */

import { LoadFailure } from '../contract/problem.ts';
import type { OriginRequest } from './build-request.ts';
import { contentCodings, decoded } from './content-codings.ts';
import { isJsonType } from './media-type.ts';
import { withoutValues } from './redact.ts';
import { faultIn } from './xml/soap-fault.ts';

/** Most bytes of the body that are read (uncompressed), and most characters of them that are shown. */
const MAX_BYTES = 2048;
/** A SOAP Fault stands after the SOAP headers, which can be long. */
const MAX_XML_BYTES = 65_536;
const MAX_TEXT = 200;
/** Time for reading, ms; after it, the part that has arrived is used. */
const MAX_MS = 1000;
/** Most bytes that a decoder may produce, read or not. */
const MAX_DECODED = 1_048_576;

/** The request's headers, and the secrets in it. */
export interface AskedWith extends Pick<OriginRequest, 'headers' | 'ownHeaders'> {
  secrets: readonly string[];
}

/**
 * The same failure with the origin's text for administrators, if the status is an error. A SOAP Fault takes precedence
 * over the status, unless the status is about credentials. The body is read or released.
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

/** A text of the origin for administrators: on one line, short, without what was sent. */
export function plainWords(text: string, asked: AskedWith): string {
  return wordsIn({ text, isCut: false }, sentIn(asked));
}

const XML = /^\s*(?:text|application)\/(?:[\w.-]+\+)?xml\b/i;
const OF_CREDENTIALS = new Set([401, 403]);

function isText(contentType: string): boolean {
  return isJsonType(contentType) || XML.test(contentType) || /^\s*text\//i.test(contentType);
}

/** The values of the definition's headers (credentials also without their scheme, RFC 9110 section 11.4), and secrets. */
function sentIn({ headers, ownHeaders, secrets }: AskedWith): string[] {
  const values = [...headers].filter(([name, value]) => ownHeaders.get(name) !== value).map(([, value]) => value);
  return [...secrets, ...values, ...values.map((value) => value.replace(/^\S+\s+/, ''))];
}

interface Beginning {
  text: string;
  /** Whether the text may continue. */
  isCut: boolean;
}

/** @param most most bytes to read */
async function beginningOf(response: Response, signal: AbortSignal, most: number): Promise<Beginning> {
  const reader = response.body?.getReader();
  let isCut = false;
  // Cancelling ends a pending read at once.
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
    // The status already says that the request failed: use what could be read.
    isCut = true;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    reader?.cancel().catch(() => undefined);
  }
  return { text, isCut };
}

/** Cuts a text that is not a Fault to the length that is shown. */
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

/** The text on one line, without markup, without addresses (their queries contain values) and without what was sent. */
function wordsIn({ text, isCut }: Beginning, sent: readonly string[]): string {
  // If a value was cut in two, its first part would not be recognised.
  const longest = Math.max(0, ...sent.map(({ length }) => length));
  const known = isCut ? text.slice(0, Math.max(0, text.length - longest)) : text;
  const plain = withoutValues(known, sent)
    .replaceAll(/<(style|script)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ')
    .replaceAll(/<[^<>]*>/g, ' ')
    .replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"<>]+/gi, '***')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return plain.trim().slice(0, MAX_TEXT).trim().toWellFormed();
}
