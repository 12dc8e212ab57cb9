/** The tests' access to the origin server (origin-server.ts). */
import { inject } from 'vitest';
import type { Imitated } from './imitations/misbehave.ts';

export interface OriginAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  delay_ms?: number;
  /** Write the body in chunks of this size (0: at once). */
  bytes_per_chunk?: number;
  /** Destroy the connection after this many bytes of the body. */
  cut_after?: number | null;
  /** Never answer. */
  hang?: boolean;
  /** Do not answer until another answer is set; then send that one. */
  hold?: boolean;
  /** Repeat the body this many times. */
  times?: number;
  /** Content codings that are applied to the body, in order, and declared. */
  codings?: string[];
  /** Cut this many bytes from the end of the coded body, although the connection is not cut. */
  content_cut?: number;
  /** Without the header `Date`, which is otherwise the time of the answer. */
  dateless?: boolean;
  /** The body in Latin-1 instead of UTF-8. */
  latin1?: boolean;
  /** The body as bytes instead of a text. */
  bytes?: readonly number[];
  /** Pause before each chunk of the body, ms. */
  chunk_delay_ms?: number;
  /** The whole answer as it is sent, including the status line; then the connection is closed. */
  raw?: string;
  /** The body describes the request: `{"method","path","headers","body"}`. */
  echo?: boolean;
  /** A SOAP service answers (soap-service.ts); `key`: the key that it requires. */
  soap?: { version: '1.1' | '1.2'; key: string };
  /** An imitated system answers (imitations/). */
  imitate?: Imitated;
  /** The answer from the next request on. */
  next?: OriginAnswer;
}

/** The origin of one test: its URL, its answer and its requests. */
export class TestOrigin {
  readonly url: string;
  readonly #base = inject('originUrl');
  readonly #name = crypto.randomUUID();

  constructor() {
    this.url = `${this.#base}/${this.#name}`;
  }

  async answer(answer: OriginAnswer): Promise<void> {
    await fetch(this.url, { method: 'PUT', body: JSON.stringify(answer) });
  }

  async answerJson(body: unknown, more: OriginAnswer = {}): Promise<void> {
    await this.answer({ ...more, body: JSON.stringify(body) });
  }

  async requests(): Promise<{ method: string; path: string; headers: Record<string, string>; body: string }[]> {
    return (await fetch(`${this.#base}/_log/${this.#name}`)).json();
  }
}
