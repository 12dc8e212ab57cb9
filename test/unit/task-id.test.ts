import { describe, expect, it } from 'vitest';
import { newTaskId, objectNameOfKey, objectNameOfTask } from '../../src/core/task-id.ts';

const KEY = '0123456789abcdef'.repeat(4);

describe('task ids (RFC 9562 section 5.8)', () => {
  it.each([0x00, 0xff])('carry version 8 and the variant, whatever the chance (%d)', (byte) => {
    expect(newTaskId(KEY, () => new Uint8Array(16).fill(byte))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('begin with the 48 bits of the key that name its object', () => {
    expect(objectNameOfTask(newTaskId(KEY))).toBe(objectNameOfKey(KEY));
    expect(objectNameOfKey(KEY)).toBe('0123456789ab');
  });

  it('differ', () => {
    expect(new Set(Array.from({ length: 1000 }, () => newTaskId(KEY)))).toHaveProperty('size', 1000);
  });
});
