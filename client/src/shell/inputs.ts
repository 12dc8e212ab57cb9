/** Checks the app's arguments. A wrong one throws, with its place and the allowed values, before anything changes. */

import type { CacheOptions, Json, Options, Parameters } from '../api.ts';
import { mostBytes } from '../network/sync.ts';

/** Limits of the service: bytes of a question, with room for its other members; depth of nesting. */
const MOST_BYTES = 60_000;
const MOST_NESTING = 32;

/** @throws TypeError */
export function demand(isRight: boolean, place: string, wanted: string): asserts isRight {
  if (!isRight) throw new TypeError(`${place} must be ${wanted}`);
}

/** @throws TypeError for invalid options */
export function checkOptions(options: Options): void {
  demand(typeof options === 'object' && options !== null, 'createClient(options): options', 'an object');
  const { url, user, auth, store, lifecycle, device, live, denied, onEvent, pollS, pokeFloorS, maxBytes } = options;
  const isUrl = typeof url === 'string' && /^https?:\/\/[^\s?#]+$/.test(url);
  demand(isUrl, 'url', 'where the service is, with its version: https://host/api/v1');
  demand(isText(user), 'user', 'a text that names the user, and never changes');
  demand(typeof auth === 'function', 'auth', 'a function that returns a token, or null');
  demand(device === undefined || /^[!-~]{1,128}$/.test(device), 'device', '1 to 128 visible ASCII characters');
  demand(isOneOf(live, 'socket', 'poll', 'off'), 'live', "'socket', 'poll' or 'off'");
  demand(isOneOf(denied, 'keep', 'drop'), 'denied', "'keep' or 'drop'");
  demand(isAtLeast(pollS, 1), 'pollS', 'seconds, 1 or more');
  demand(isAtLeast(pokeFloorS, 0), 'pokeFloorS', 'seconds, 0 or more');
  demand(isAtLeast(maxBytes, 0), 'maxBytes', 'a number of bytes, 0 or more');
  demand(hasMethods(store, 'open'), 'store', 'a store: indexedDb(), memory() or sqlite(driver)');
  demand(isFunction(options.fetch), 'fetch', 'a function like the platform’s');
  demand(isFunction(onEvent), 'onEvent', 'a function');
  demand(
    hasMethods(lifecycle, 'isVisible', 'isOnline', 'listen'),
    'lifecycle',
    'isVisible(), isOnline() and listen(heard)',
  );
}

/** Checks the arguments for a cache. Copies the parameters, so that later changes have no effect. @throws TypeError */
export function checkedCache(
  title: string,
  parameters: Parameters,
  options: CacheOptions,
): [string, Parameters, CacheOptions] {
  demand(isText(title), 'cache(title): title', 'the title of a resource');
  demand(isObject(parameters), `parameters of ${title}`, 'an object of the resource’s parameters');
  const copy = jsonOf(parameters, `parameters of ${title}`, 0) as Parameters;
  // The service would refuse the whole question, including all other caches in it.
  demand(
    mostBytes(title + JSON.stringify(copy)) <= MOST_BYTES,
    `parameters of ${title}`,
    `at most ${MOST_BYTES} bytes of JSON`,
  );
  const { keep, rows, numbers } = options;
  demand(isOneOf(keep, 'pinned', 'lru'), 'keep', "'pinned' or 'lru'");
  demand(isOneOf(rows, 'object', 'array'), 'rows', "'object' or 'array'");
  demand(isOneOf(numbers, 'native', 'text'), 'numbers', "'native' or 'text'");
  return [title, copy, options];
}

/** A copy as in JSON: undefined members are left out, dates become texts. */
function jsonOf(value: unknown, place: string, level: number): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    demand(Number.isFinite(value), place, 'a finite number');
    return value;
  }
  demand(level <= MOST_NESTING, place, `nested at most ${MOST_NESTING} levels deep`);
  if (Array.isArray(value)) return value.map((member, at) => jsonOf(member, `${place}/${at}`, level + 1));
  if (value instanceof Date) return jsonOf(value.toJSON(), place, level);
  demand(isObject(value), place, 'JSON: null, a boolean, number, text, array or plain object');
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, jsonOf(member, `${place}/${name}`, level + 1)]));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function isOneOf(value: unknown, ...values: string[]): boolean {
  return value === undefined || values.includes(value as string);
}

function isAtLeast(value: unknown, least: number): boolean {
  return value === undefined || (typeof value === 'number' && value >= least);
}

function isFunction(value: unknown): boolean {
  return value === undefined || typeof value === 'function';
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  return (
    value === undefined ||
    names.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function')
  );
}
