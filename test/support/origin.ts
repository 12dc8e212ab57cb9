/** The tests' handle on the origin server (origin-server.ts). */
import { inject } from 'vitest';

export interface OriginAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  delay_ms?: number;
  bytes_per_chunk?: number;
  cut_after?: number | null;
  hang?: boolean;
  /** Do not answer until another answer is set; then give that one. */
  hold?: boolean;
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
