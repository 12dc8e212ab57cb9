/** Faults of the input in plain words, collected in one problem. */

import type * as v from 'valibot';
import { type InputFault, Problem } from '../contract/problem.ts';
import { counted } from './counted.ts';
import { pointerTo } from './pointer.ts';

/** Most faults in one answer: a body of 64 KiB can have thousands. */
const MAX_FAULTS = 100;

/**
 * Problem `invalid-parameters` with all faults; `detail` repeats the first one, for clients that read only that.
 *
 * @param whole what the pointer '' stands for
 */
export function invalidParameters(faults: readonly InputFault[], whole = 'The body'): Problem {
  const told = withoutRepeats(faults);
  const [first] = told;
  const detail = first === undefined ? 'Not valid.' : `${first.pointer || whole} ${first.detail}.`;
  return new Problem('invalid-parameters', detail, { errors: told.slice(0, MAX_FAULTS) });
}

/** Several rules of one value may say the same. */
function withoutRepeats(faults: readonly InputFault[]): InputFault[] {
  return [...new Map(faults.map((fault) => [JSON.stringify([fault.pointer, fault.detail]), fault])).values()];
}

/** The result of `work`; pointers of its faults get the prefix `pointer`. @throws Problem what the work throws */
export function within<T>(pointer: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw faultsBelow(pointer, error);
  }
}

/** The same error; if it is about input, the pointers of its faults get the prefix `pointer`. */
export function faultsBelow(pointer: string, error: unknown): unknown {
  if (!(error instanceof Problem) || error.code !== 'invalid-parameters') return error;
  return invalidParameters(error.errors.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` })));
}

/** The issues of a valibot schema as faults with RFC 6901 pointers. */
export function faultsOfIssues(issues: readonly v.BaseIssue<unknown>[]): InputFault[] {
  return issues.map((issue) => ({
    pointer: (issue.path ?? []).reduce((base, { key }) => pointerTo(base, String(key)), ''),
    detail: wordsOf(issue),
  }));
}

/** The issues of a value that may have several forms: those within the form that fits best, if there are any. */
export function withinUnions(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown>[] {
  const within = (issue.issues ?? []).filter(({ path }) => path !== undefined);
  const [first] = issue.path ?? [];
  if (within.length === 0 || first === undefined) return [issue];
  return within.map((inner) => ({ ...inner, path: [first, ...(issue.path ?? []).slice(1), ...(inner.path ?? [])] }));
}

const OF_TYPE: Readonly<Record<string, string>> = {
  string: 'must be a string',
  number: 'must be a number',
  boolean: 'must be true or false',
  array: 'must be an array',
  object: 'must be an object',
  strict_object: 'must be an object',
  record: 'must be an object',
};

const OF_LIMIT: Readonly<Record<string, (limit: unknown, value: unknown) => string>> = {
  min_value: (limit) => `must be at least ${limit}`,
  max_value: (limit) => `must be at most ${limit}`,
  min_length: (limit, value) => (limit === 1 ? 'must not be empty' : `must have at least ${lengthOf(limit, value)}`),
  max_length: (limit, value) => `must have at most ${lengthOf(limit, value)}`,
};

function lengthOf(limit: unknown, value: unknown): string {
  return counted(Number(limit), Array.isArray(value) ? 'item' : 'character');
}

/** Our own schemas set their messages, which are kept; valibot's messages begin with "Invalid". */
function wordsOf(issue: v.BaseIssue<unknown>): string {
  if (issue.received === 'undefined') return 'is required';
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  if (issue.type === 'picklist') {
    const known = issue.expected?.replace(/[()]/g, '').split(' | ') ?? [];
    return `must be ${known.length > 1 ? 'one of ' : ''}${known.join(', ')}`;
  }
  return OF_LIMIT[issue.type]?.(issue.requirement, issue.input) ?? OF_TYPE[issue.type] ?? `must be ${issue.expected}`;
}
