/** Blobs for pure tests: a map by the names that R2 would have. */
import type { Blobs } from '../../src/ports/blobs.ts';

export interface MemoryBlobs extends Blobs {
  readonly content: Map<string, Uint8Array<ArrayBuffer>>;
}

export function memoryBlobs(): MemoryBlobs {
  const content: MemoryBlobs['content'] = new Map();
  return {
    content,
    async get(key, fence, name, range) {
      const bytes = content.get(`${key}/${fence}/${name}`);
      if (bytes === undefined) return null;
      const { offset, length } = range ?? { offset: 0, length: bytes.byteLength };
      return new Blob([bytes.subarray(offset, offset + length)]).stream();
    },
    async put(key, fence, name, bytes) {
      content.set(`${key}/${fence}/${name}`, new Uint8Array(bytes));
    },
    async begin(key, fence, name) {
      const parts: Uint8Array[] = [];
      return {
        async part(bytes) {
          parts.push(new Uint8Array(bytes));
        },
        async complete() {
          content.set(`${key}/${fence}/${name}`, new Uint8Array(Buffer.concat(parts)));
        },
        async abort() {
          parts.length = 0;
        },
      };
    },
    async remove(names) {
      for (const { key, fence, name } of names) content.delete(`${key}/${fence}/${name}`);
    },
  };
}
