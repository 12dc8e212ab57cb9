import { describe, expect, it } from 'vitest';
import { deltaBody } from '../../../src/tables/delta-body.ts';
import { decodeDelta } from '../../../src/tables/delta-format.ts';
import { foldDeltas } from '../../../src/tables/fold.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a stored delta', () => {
  it('is read, tables in whatever order', () => {
    expect(decodeDelta(bytes('{"format":1,"tables":["t","u"]}\n@1\n5,"@0"\n@0\n6,1.50\n7,-1\n-1:1,2\n-0:3'))).toEqual({
      names: ['t', 'u'],
      delta: [
        { inserts: ['6,1.50', '7,-1'], deletes: [3] },
        { inserts: ['5,"@0"'], deletes: [1, 2] },
      ],
    });
  });

  it.each(['{"format":2,"tables":["t"],"more":1}\nwhatever', '{"format":12}', 'no JSON', ''])('%j is none', (text) => {
    expect(decodeDelta(bytes(text))).toBeNull();
  });
});

describe('a fold', () => {
  it('leaves out what came and went on the way', () => {
    const first = [{ inserts: ['5,"a"', '6,"b"'], deletes: [1, 2] }];
    const second = [{ inserts: ['7,"c"'], deletes: [3, 5] }];
    expect(foldDeltas([first, second])).toEqual([{ inserts: ['6,"b"', '7,"c"'], deletes: [1, 2, 3] }]);
  });
});

it('the body of a delta names every table', () => {
  const body = deltaBody(['t"', 'u'], [{ inserts: ['5,1.0', '6,"ü"'], deletes: [1, 2] }]);
  expect(new TextDecoder().decode(body)).toBe(
    '[{"name":"t\\"","insert_rows":[[5,1.0],[6,"ü"]],"delete_ids":[1,2]},{"name":"u","insert_rows":[],"delete_ids":[]}]',
  );
});
