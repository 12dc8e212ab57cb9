/** Caches of resources with their own source (refreshes.ts): for the `object` project. */

import { env } from 'cloudflare:workers';
import * as v from 'valibot';
import { Source } from '../../src/contract/source.ts';
import { sourceGates } from '../../src/object/gate-client.ts';
import { d1Sources } from '../../src/stores/sources.ts';
import { unique } from './entries.ts';
import { Refreshed } from './refreshes.ts';

type SourceMembers = Partial<v.InferInput<typeof Source>>;
type Members = NonNullable<Parameters<typeof Refreshed.define>[0]>;

const sources = d1Sources([env.DB]);

/** A cache whose resource requests `/data` of its origin, through the source. */
export class Sourced extends Refreshed {
  readonly source = unique('source');
  #sourceMembers: SourceMembers = {};
  #changedAt: number | null = null;

  static async over(source: SourceMembers, { origin, ...members }: Members = {}): Promise<Sourced> {
    const made = new Sourced({ of: 'x' });
    await made.changeSource({ url: made.origin.url, ...source });
    await made.redefine({ ...members, origin: { source: made.source, url: 'data', ...origin } });
    return made;
  }

  /** Stores the source again with these members changed; its resources expire, as if its address or credentials changed. */
  async changeSource(more: SourceMembers): Promise<void> {
    this.#sourceMembers = { ...this.#sourceMembers, ...more };
    const stored = await sources.put(
      this.source,
      v.parse(Source, this.#sourceMembers),
      this.#changedAt !== null,
      this.#changedAt,
      Date.now(),
    );
    if (stored === null) throw new Error('the source was written by somebody else');
    this.#changedAt = stored.source.changedAt;
  }

  get gate() {
    return sourceGates(env.SOURCE_GATE)(this.source);
  }

  /** What a message says about the load. */
  get wanted() {
    return { resource: this.title, gate: this.source };
  }
}
