/** The API's paths with their parameters and answers, from its OpenAPI document (`npm run console:types`). */

import type { components, paths } from '../../api.d.ts';

/** Named schemas, such as `Schema<'CacheRecord'>`. */
export type Schema<N extends keyof components['schemas']> = components['schemas'][N];

/** Paths below `/api/v1`. */
type Paths = { [K in keyof paths as K extends `/api/v1${infer P}` ? P : never]: paths[K] };
export type Method = 'get' | 'put' | 'post' | 'delete';

/** Paths that have a method. */
export type PathOf<M extends Method> = {
  [P in keyof Paths]: Paths[P] extends { [K in M]: object } ? P : never;
}[keyof Paths];

type Operation<M extends Method, P extends keyof Paths> = Paths[P] extends { [K in M]: infer O } ? O : never;
type Json<R> = R extends { content: { 'application/json': infer T } } ? T : undefined;
type Success<R> = R[keyof R & (200 | 201 | 202 | 204)];

/** The body of a successful answer. */
export type Answer<M extends Method, P extends keyof Paths> =
  Operation<M, P> extends { responses: infer R } ? Json<Success<R>> : never;

type ParametersOf<M extends Method, P extends keyof Paths, W extends 'path' | 'query'> =
  Operation<M, P> extends { parameters: { [K in W]?: infer V } } ? Exclude<V, undefined> : never;

type BodyOf<M extends Method, P extends keyof Paths> =
  Operation<M, P> extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never;

type IfAny<Name extends string, V> = [V] extends [never] ? object : { [K in Name]: V };
/** Values for the path, query and body of a request. Query members that are empty or undefined are left out. */
export type Values<M extends Method, P extends keyof Paths> = IfAny<'path', ParametersOf<M, P, 'path'>> & {
  query?: [ParametersOf<M, P, 'query'>] extends [never]
    ? undefined
    : { [K in keyof ParametersOf<M, P, 'query'>]?: ParametersOf<M, P, 'query'>[K] | undefined | '' };
} & { body?: BodyOf<M, P> };

/** A path with values and query filled in, relative to `/api/v1`. */
export function fill(path: string, values: { path?: object; query?: object | undefined } = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((values.path as Record<string, unknown> | undefined)?.[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values.query ?? {})) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? filled : `${filled}?${text}`;
}
