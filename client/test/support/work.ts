/** Counts steps instead of time: reads and writes of maps, sets and arrays, and values written as JSON. */

type Method = (this: never, ...args: never[]) => unknown;

/** One step each. */
const SINGLE: [object, string[]][] = [
  [Map.prototype, ['get', 'has', 'set', 'delete']],
  [Set.prototype, ['has', 'add', 'delete']],
];
/** A step for each item. */
const WALKS: [object, (string | symbol)[]][] = [
  [Map.prototype, ['keys', 'values', 'entries', Symbol.iterator]],
  [Set.prototype, ['keys', 'values', Symbol.iterator]],
];
const PASSES = ['filter', 'map', 'flatMap', 'some', 'every', 'find', 'reduce', 'sort', 'includes', 'forEach'];
/** Letters of JSON that count as a step. */
const LETTERS = 20;

/** Steps of all code in this process until `run` ends. */
export async function stepsOf(run: () => Promise<unknown>): Promise<number> {
  let steps = 0;
  const undo: (() => void)[] = [];
  const wrap = (owner: object, name: string | symbol, wrapped: (own: Method) => Method) => {
    const own = Reflect.get(owner, name) as Method;
    Object.defineProperty(owner, name, { value: wrapped(own), writable: true, configurable: true });
    undo.push(() => Object.defineProperty(owner, name, { value: own, writable: true, configurable: true }));
  };
  for (const [owner, names] of SINGLE) {
    for (const name of names) {
      wrap(owner, name, (own) => {
        return function (this: never, ...args) {
          steps += 1;
          return own.apply(this, args);
        };
      });
    }
  }
  for (const [owner, names] of WALKS) {
    for (const name of names) {
      wrap(owner, name, (own) => {
        return function (this: never, ...args) {
          const items = own.apply(this, args) as Iterator<unknown>;
          return Iterator.from({
            next() {
              steps += 1;
              return items.next();
            },
          });
        };
      });
    }
  }
  for (const name of PASSES) {
    wrap(Array.prototype, name, (own) => {
      return function (this: never, ...args) {
        steps += (this as unknown[]).length;
        return own.apply(this, args);
      };
    });
  }
  wrap(JSON, 'stringify', (own) => {
    return function (this: never, ...args) {
      const text = own.apply(this, args) as string | undefined;
      steps += (text?.length ?? 0) / LETTERS;
      return text;
    };
  });
  try {
    await run();
  } finally {
    for (const restore of undo) restore();
  }
  return steps;
}
