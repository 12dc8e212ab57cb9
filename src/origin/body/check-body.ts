/** Checks of `origin.body` that need no request (CONTRACT 4 "Bodies"). */

import { SaxesParser } from 'saxes';
import type { InputFault } from '../../contract/problem.ts';
import type { Resource } from '../../contract/resource.ts';
import type { Source } from '../../contract/source.ts';
import { isSecretName, USER_VARIABLE } from '../check-origin.ts';
import { isTrusted } from '../hosts.ts';
import { literalOrigin } from '../url-template.ts';
import { filledJson, filledText, parameterAlone, placeholders } from './body-template.ts';
import { bodyType } from './body-types.ts';

/** What placeholders may stand for. */
export interface BodyRules {
  scope: Resource['scope'];
  /** Whether secrets may be sent to the host of the URL. */
  isTrusted: boolean;
  /** Null: any parameter name is allowed. */
  parameterNames: readonly string[] | null;
}

const POINTER = '/origin/body';

/**
 * The same, with the rules of the service; headers of the source count where the definition has none of that name.
 * `hosts`: ORIGIN_HOSTS.
 */
export function faultsOfBody(
  origin: Resource['origin'],
  source: Source | null,
  { hosts, ...rules }: Omit<BodyRules, 'isTrusted'> & { hosts: readonly string[] },
): InputFault[] {
  const url = literalOrigin(source?.url ?? origin.url);
  const headers = { ...origin.headers, ...source?.headers, ...origin.headers };
  return bodyFaults({ ...origin, headers }, { ...rules, isTrusted: url !== null && isTrusted(url, hosts) });
}

/** All faults of `origin.body`, with pointers from the definition's root. */
export function bodyFaults(
  origin: Pick<Resource['origin'], 'method' | 'headers' | 'body'>,
  rules: BodyRules,
): InputFault[] {
  const { body, method, headers } = origin;
  if (body === undefined) return [];
  if (method !== 'POST') return [{ pointer: POINTER, detail: 'needs "method": "POST"' }];
  const declared = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const faults = [
    ...(typeof body === 'string' ? textFaults(body, declared, rules) : jsonFaults(body, declared, rules)),
  ];
  return [...new Set(faults)].map((detail) => ({ pointer: POINTER, detail }));
}

function* jsonFaults(body: Record<string, unknown>, declared: string | undefined, rules: BodyRules): Generator<string> {
  if (declared !== undefined && bodyType(declared) !== 'json') {
    yield 'is JSON, so the header Content-Type must be left out or a type of JSON';
  }
  const texts: string[] = [];
  filledJson(body, (text) => {
    texts.push(text);
    return text;
  });
  for (const text of texts) {
    const alone = parameterAlone(text);
    if (alone !== undefined) yield* nameFaults(alone, rules);
    for (const { secret, parameter } of placeholders(text)) {
      if (secret !== undefined) yield* secretFaults(secret, rules);
      const isKnown = parameter === USER_VARIABLE || rules.parameterNames?.includes(parameter ?? '');
      if (alone === undefined && isKnown)
        yield `must have {${parameter}} alone in a text, as "{${parameter}}": it becomes the value`;
    }
  }
}

function* textFaults(body: string, declared: string | undefined, rules: BodyRules): Generator<string> {
  const type = declared === undefined ? null : bodyType(declared);
  if (declared === undefined || type === null || type === 'json') {
    yield 'is a text, so the header Content-Type must say how values are written into it: a type of XML, or application/x-www-form-urlencoded. JSON is given as an object';
    return;
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(declared)?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) yield 'is sent in UTF-8, so the header Content-Type must have no other charset';
  for (const { secret, parameter } of placeholders(body)) {
    if (secret !== undefined) yield* secretFaults(secret, rules);
    if (parameter !== undefined) yield* nameFaults(parameter, rules);
  }
  if (type === 'xml') yield* xmlFaults(body);
}

function* nameFaults(name: string, { scope, parameterNames }: BodyRules): Generator<string> {
  if (name === USER_VARIABLE) {
    if (scope !== 'user') yield 'may use {_user} with scope "user" only';
  } else if (parameterNames !== null && !parameterNames.includes(name)) {
    yield `uses "${name}", which is not a parameter`;
  }
}

function* secretFaults(name: string, { isTrusted }: BodyRules): Generator<string> {
  if (!isSecretName(name)) yield 'may name only secrets that begin with ORIGIN_, and not ORIGIN_HOSTS or ORIGIN_PORT';
  else if (!isTrusted) yield 'uses a secret, so ORIGIN_HOSTS must name the host of the URL';
}

/** A character that XML allows in content but not in a name, and that occurs in no text (Unicode, "noncharacters"). */
const MARK = '\uFDD0';

/** Placeholders must stand where escaping keeps their values data: in text, or between the quotes of an attribute. */
function* xmlFaults(body: string): Generator<string> {
  const faults: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  const refuse = (place: string) => (text: string) => {
    if (text.includes(MARK)) faults.push(`must not have a placeholder within ${place}, where values cannot be escaped`);
  };
  parser.on('cdata', refuse('CDATA'));
  parser.on('comment', refuse('a comment'));
  parser.on('processinginstruction', ({ target, body: inner }) => refuse('an instruction')(`${target}${inner}`));
  parser.on('doctype', () => faults.push('must have no document type'));
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (!/^utf-?8$/i.test(encoding)) faults.push('is sent in UTF-8, so it must not declare another encoding');
  });
  parser.on('error', ({ message }) => {
    faults.push(
      `must be well-formed XML, with placeholders in texts and attributes alone: ${message.replaceAll(MARK, '{…}')}`,
    );
    // One fault is enough: later faults often only follow from the first.
    throw new NotWellFormed();
  });
  try {
    parser.write(filledText(body, { secret: () => MARK, parameter: () => MARK })).close();
  } catch (error) {
    if (!(error instanceof NotWellFormed)) throw error;
  }
  yield* faults;
}

class NotWellFormed extends Error {}
