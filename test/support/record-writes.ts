/** The real bindings, with a record of what a request tried to change: a refused request must change nothing. */
import { env } from 'cloudflare:workers';
import type { EncodedAnswer } from '../../src/ports/encoded-verbs.ts';
import { recordingDatabase } from './database.ts';

/** Verbs of the object that change nothing, or only if their answer says so. */
const READING_VERBS: ReadonlySet<string> = new Set(['state', 'entry', 'tasks']);
const HARMLESS_OUTCOMES: ReadonlySet<unknown> = new Set(['unknown', 'conflict', 'forbidden']);
const READING_CALLS: ReadonlySet<string> = new Set(['get', 'head', 'list']);

export interface WriteRecord {
  /** Replaces members of `env`. */
  bindings: Record<string, unknown>;
  /** The changes so far, such as `CACHE_OBJECT.enqueue` or the SQL of a write. */
  writes(): string[];
}

export function recordWrites(): WriteRecord {
  const { db, statements } = recordingDatabase(env.DB);
  const writes: string[] = [];
  const watched = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(inner, member) {
        const found = Reflect.get(inner, member);
        if (typeof found !== 'function') return found;
        return (...args: unknown[]) => {
          const answer = Reflect.apply(found, inner, args);
          if (READING_CALLS.has(String(member))) return answer;
          if (name !== 'CACHE_OBJECT') writes.push(`${name}.${String(member)}`);
          else if (!READING_VERBS.has(String(member))) return noteOutcome(answer, `${name}.${String(member)}`);
          return answer;
        };
      },
    });
  async function noteOutcome(
    answer: Promise<EncodedAnswer<{ outcome: string }> | undefined>,
    call: string,
  ): Promise<unknown> {
    const told = await answer;
    const { outcome } = JSON.parse(told ?? '{}') as { outcome?: string };
    if (!HARMLESS_OUTCOMES.has(outcome)) writes.push(call);
    return told;
  }
  return {
    bindings: {
      DB: db,
      BLOBS: watched('BLOBS', env.BLOBS),
      REFRESH_QUEUE: watched('REFRESH_QUEUE', env.REFRESH_QUEUE),
      REFRESH_SLOW_QUEUE: watched('REFRESH_SLOW_QUEUE', env.REFRESH_SLOW_QUEUE),
      SYNC_QUEUE: watched('SYNC_QUEUE', env.SYNC_QUEUE),
      WEBHOOK_QUEUE: watched('WEBHOOK_QUEUE', env.WEBHOOK_QUEUE),
      CACHE_OBJECT: { getByName: (name: string) => watched('CACHE_OBJECT', env.CACHE_OBJECT.getByName(name)) },
    },
    writes: () => [
      ...writes,
      ...withoutTakenBack(statements)
        .map(({ sql }) => sql.trim())
        .filter((sql) => !/^(WITH|SELECT)\b/i.test(sql)),
    ],
  };
}

interface Statement {
  sql: string;
  values: readonly unknown[];
}

/** An action is recorded before it is tried, and removed if it is refused: together they change nothing. */
function withoutTakenBack<S extends Statement>(statements: readonly S[]): S[] {
  const idsOf = (start: string) =>
    statements.filter(({ sql }) => sql.trim().startsWith(start)).map(({ values }) => values[1]);
  const begun = new Set(idsOf('INSERT INTO actions'));
  const takenBack = new Set(idsOf('DELETE FROM actions WHERE at = ?1').filter((id) => begun.has(id)));
  return statements.filter(({ sql, values }) => !(/\bactions\b/.test(sql) && takenBack.has(values[1])));
}
