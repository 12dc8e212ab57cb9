/** The tests' handle on the origin server (origin-server.ts). */
import { inject } from 'vitest';
import type { Imitated } from './imitations/misbehave.ts';

export interface OriginAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  delay_ms?: number;
  /** Write the body in chunks of this size (0: at once). */
  bytes_per_chunk?: number;
  /** Destroy the connection after so many bytes of the body. */
  cut_after?: number | null;
  /** Never answer. */
  hang?: boolean;
  /** Do not answer until another answer is set; then give that one. */
  hold?: boolean;
  /** The body so often in a row. */
  times?: number;
  /** The content codings that the body is sent in, one over the other, and said to be. */
  codings?: string[];
  /** How many bytes of the coded body are missing at its end, though the connection is whole. */
  content_cut?: number;
  /** Without the header `Date`, which is otherwise the moment of the answer. */
  dateless?: boolean;
  /** The body in Latin-1 instead of UTF-8. */
  latin1?: boolean;
  /** The body as bytes instead of a text. */
  bytes?: readonly number[];
  /** Pause before each chunk of the body, ms. */
  chunk_delay_ms?: number;
  /** The whole answer as it goes over the wire, status line and all; then the connection is closed. */
  raw?: string;
  /** The body tells what was asked: `{"method","path","headers","body"}`. */
  echo?: boolean;
  /** A SOAP service answers (soap-service.ts); `key`: what it asks for. */
  soap?: { version: '1.1' | '1.2'; key: string };
  /** A system answers that is imitated (imitations/). */
  imitate?: Imitated;
  /** What is answered from the next request on. */
  next?: OriginAnswer;
}

/** An origin of one test: its URL, its answer and what it was asked. */
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
