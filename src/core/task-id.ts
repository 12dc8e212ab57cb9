/**
 * Task ids are UUIDv8 (RFC 9562 section 5.8): the first 48 bits are those of the cache key and name the Durable Object;
 * the rest is random. So the state of a task takes one call of the object and no look-up.
 */

const PREFIX_DIGITS = 12;

/** Name of the Durable Object of a cache key (64 hex digits): its first 48 bits. */
export function objectNameOfKey(key: string): string {
  return key.slice(0, PREFIX_DIGITS);
}

/** Name of the Durable Object of a task id, which must be a UUID in lower case. */
export function objectNameOfTask(taskId: string): string {
  return taskId.replaceAll('-', '').slice(0, PREFIX_DIGITS);
}

/** A new task id for a cache key. `random` gives 16 random bytes. */
export function newTaskId(key: string, random: () => Uint8Array = randomBytes): string {
  const tail = Array.from(random().slice(6, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const hex = objectNameOfKey(key) + tail;
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(16));
}
