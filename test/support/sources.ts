/** Resources with their own origin, for tests of reading. */
import { env } from 'cloudflare:workers';
import type * as v from 'valibot';
import type { Resource } from '../../src/contract/resource.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { unique } from './entries.ts';
import { TestOrigin } from './origin.ts';
import { sampleResource } from './resources.ts';

type Members = Partial<v.InferInput<typeof Resource>>;

/** Two parameters: `{"year": 2026, "region": …}`, the year with a default. */
export const YEAR_AND_REGION = {
  type: 'object',
  properties: { year: { type: 'integer', default: 2026 }, region: { type: 'string' } },
};

/** A resource and its origin. */
export class Source {
  readonly title: string;
  readonly origin = new TestOrigin();
  /** Path of its data, relative to `/api/v1`. */
  readonly path: string;
  #changedAt: number | null = null;
  readonly #members: Members;

  private constructor(members: Members, prefix: string) {
    this.title = unique(prefix);
    this.path = `/rpc/${this.title}/`;
    this.#members = members;
  }

  /** Defines the resource; the origin answers `{"n":1}` at first. Retries come at once by default. */
  static async define(members: Members = {}, prefix = 'source'): Promise<Source> {
    const source = new Source(members, prefix);
    await source.origin.answerJson({ n: 1 });
    await source.redefine({}, false);
    return source;
  }

  /** Stores the definition again with other members; `matters`: data loaded before counts as expired. */
  async redefine(more: Members, matters = true): Promise<void> {
    const definition = sampleResource({
      origin: { url: `${this.origin.url}/data{?year,region}` },
      retry: { max_attempts: 1, backoff_s: 0 },
      ...this.#members,
      ...more,
    });
    const stored = await d1Resources(env.DB).put(this.title, definition, matters, this.#changedAt, Date.now());
    if (stored === null) throw new Error('the definition was written by somebody else');
    this.#changedAt = stored.changedAt;
  }

  /** How many requests the origin has received. */
  async loads(): Promise<number> {
    return (await this.origin.requests()).length;
  }
}
