/** Tabs that work on one database at once: what each of them sees is what some serial order of all their calls gives. */

import fc from 'fast-check';
import type { DeviceRow, Meta, StoreHandle } from '../../src/store/store.ts';
import { delta, note, whole } from './store-values.ts';

/** What a tab does next, from what it knows by then, and how many turns of the loop later. */
interface Planned {
  what: 'read' | 'lacking' | 'whole' | 'delta' | 'note' | 'drop' | 'list' | 'device' | 'user' | 'wipe';
  cache: 'a' | 'b';
  turns: number;
}
const planned: fc.Arbitrary<Planned> = fc.record({
  what: fc.constantFrom('read', 'lacking', 'whole', 'delta', 'note', 'drop', 'list', 'device', 'user', 'wipe'),
  cache: fc.constantFrom('a', 'b'),
  turns: fc.nat(3),
});

/** A call that was made: what it gave, and the same call on the model. */
interface Made {
  name: string;
  gave: string;
  again(model: Model): unknown;
}

/** @param openOne gives handles of a database that nothing else has used. @throws Error with the schedule that has no serial order */
export async function hasSerialOrder(
  openOne: () => Promise<() => Promise<StoreHandle>>,
  numRuns: number,
): Promise<void> {
  const tabs = fc.array(fc.array(planned, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(tabs, async (plans) => {
      const open = await openOne();
      const handles = await Promise.all(plans.map(open));
      const made = await Promise.all(plans.map((plan, i) => work(handles[i] as StoreHandle, plan, `tab ${i}`)));
      const last = await atRest(handles[0] as StoreHandle);
      await Promise.all(handles.map((handle) => handle.close()));
      if (!explain(made, newModel(), last)) {
        const told = made.map((calls) => calls.map(({ name, gave }) => `${name} -> ${gave}`));
        throw new Error(`No serial order gives this:\n${JSON.stringify(told, null, 1)}\nand at last ${last}`);
      }
    }),
    { numRuns },
  );
}

async function work(handle: StoreHandle, plan: readonly Planned[], tab: string): Promise<Made[]> {
  const made: Made[] = [];
  const metas = new Map<string, Meta>();
  const call = async <T>(name: string, promise: Promise<T>, again: Made['again']): Promise<T> => {
    const gave = await promise;
    made.push({ name, gave: text(gave), again });
    return gave;
  };
  let row = await call('device', handle.device(), (model) => device(model));
  for (const [i, { what, cache, turns }] of plan.entries()) {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setTimeout(resolve));
    const label = `${tab}, ${i}`;
    const meta = metas.get(cache);
    const generation = row.generation;
    if (what === 'read' || what === 'lacking') {
      const known = what === 'lacking' && meta ? { gen: meta.gen, entries: meta.entries } : undefined;
      const stored = await call(`${what} ${cache}`, handle.read(cache, known), (model) => read(model, cache, known));
      if (stored) metas.set(cache, stored.meta);
      else metas.delete(cache);
    } else if (what === 'whole' || ((what === 'delta' || what === 'note') && meta)) {
      const change =
        what === 'whole' || !meta
          ? whole(cache, [{ table: 0, data: label }], {
              expected: meta?.rev ?? null,
              rev: (meta?.rev ?? 0) + 1,
              gen: (meta?.gen ?? 0) + 1,
              generation,
              etag: label,
            })
          : what === 'delta'
            ? delta(cache, meta, label, { generation, etag: label })
            : note(cache, meta, { generation, etag: label });
      const name = `${what} ${cache} from ${change.expected}`;
      const ended = await call(name, handle.commit(change), (model) => {
        const held = model.caches.get(cache);
        if (model.row?.generation !== generation || (held?.meta.rev ?? null) !== change.expected) return 'conflict';
        if (what !== 'whole' && held?.meta.gen !== change.meta.gen) return 'conflict';
        const chunks = change.write.kind === 'whole' ? change.write.chunks : (held?.chunks ?? []);
        const before = what === 'whole' ? [] : (held?.entries ?? []);
        model.caches.set(cache, { meta: change.meta, chunks, entries: what === 'delta' ? [...before, label] : before });
        return 'done';
      });
      if (ended === 'done') metas.set(cache, change.meta);
    } else if (what === 'drop') {
      await call(`drop ${cache}`, handle.drop([cache], generation), (model) => {
        if (model.row?.generation !== generation) return 'conflict';
        model.caches.delete(cache);
        return 'done';
      });
    } else if (what === 'list') {
      await call('list', handle.list(), (model) => new Map([...model.caches].map(([name, held]) => [name, held.meta])));
    } else if (what === 'user') {
      const next = { ...row, rev: row.rev + 1, user: label };
      const ended = await call(`user ${label}`, handle.setDevice(next), (model) => {
        if (model.row?.rev !== next.rev - 1) return 'conflict';
        model.row = next;
        return 'done';
      });
      if (ended === 'done') row = next;
    } else if (what === 'wipe') {
      row = await call('wipe', handle.wipe(), (model) => {
        const { rev, generation, ...rest } = device(model);
        model.caches.clear();
        model.row = { ...rest, rev: rev + 1, generation: generation + 1, user: null };
        return model.row;
      });
    } else {
      row = await call('device', handle.device(), (model) => device(model));
    }
  }
  return made;
}

interface Model {
  row: DeviceRow | null;
  caches: Map<string, { meta: Meta; chunks: readonly unknown[]; entries: readonly string[] }>;
}

function newModel(): Model {
  return { row: null, caches: new Map() };
}

function device(model: Model): DeviceRow {
  model.row ??= { rev: 1, generation: 1, device: '', user: null, clockOffsetMs: 0 };
  return model.row;
}

function read(model: Model, cache: string, known: { gen: number; entries: number } | undefined): unknown {
  const held = model.caches.get(cache);
  if (!held) return null;
  if (known?.gen !== held.meta.gen || known.entries > held.entries.length) return held;
  return { meta: held.meta, chunks: null, entries: held.entries.slice(known.entries) };
}

/** All that is kept when all tabs are done. */
async function atRest(handle: StoreHandle): Promise<string> {
  return text([await handle.device(), await handle.read('a'), await handle.read('b')]);
}

/** Whether some order, in which the calls of each tab keep theirs, gives all that they gave. */
function explain(made: readonly (readonly Made[])[], model: Model, last: string): boolean {
  if (made.every((calls) => calls.length === 0)) {
    return text([model.row, read(model, 'a', undefined), read(model, 'b', undefined)]) === last;
  }
  return made.some((calls, i) => {
    const [first, ...rest] = calls;
    if (!first) return false;
    const next = { row: model.row, caches: new Map(model.caches) };
    if (text(first.again(next)) !== first.gave) return false;
    return explain(
      made.map((calls, of) => (of === i ? rest : calls)),
      next,
      last,
    );
  });
}

/** The id of the device is random: left out. */
function text(value: unknown): string {
  return JSON.stringify(value, (name, member) => {
    if (name === 'device') return '';
    if (member instanceof Map) return [...member].sort(([a], [b]) => (a < b ? -1 : 1));
    if (member && typeof member === 'object' && !Array.isArray(member))
      return Object.fromEntries(Object.entries(member).sort());
    return member;
  });
}
