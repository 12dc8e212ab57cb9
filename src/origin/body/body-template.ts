/** Request bodies of definitions (`origin.body`, CONTRACT 4 "Bodies"): texts and JSON with placeholders. */

import { isObject } from '../../core/json-value.ts';
import type { Json } from '../../ports/entry.ts';

/** `origin.body`. */
export type BodyTemplate = string | Readonly<Record<string, unknown>>;

/** `${ORIGIN_NAME}` (group 1: the name of a secret) or `{name}` (group 2: the name of a parameter). */
const PLACEHOLDER = /\$\{([^}]*)\}|\{([^{}\s,:*"'<>&;]+)\}/g;
const PARAMETER_ALONE = /^\{([^{}\s,:*"'<>&;]+)\}$/;

/** Gives the values that replace placeholders. */
export interface Values<T> {
  secret(name: string): T;
  parameter(name: string): T;
}

/** A text with its placeholders replaced in one pass: placeholders inside the inserted values are not replaced. */
export function filledText(template: string, { secret, parameter }: Values<string>): string {
  return template.replace(PLACEHOLDER, (_all, ofSecret: string | undefined, ofParameter: string | undefined) =>
    ofSecret === undefined ? parameter(ofParameter ?? '') : secret(ofSecret),
  );
}

/** The placeholders of a text, in order. */
export function placeholders(template: string): { secret: string | undefined; parameter: string | undefined }[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, secret, parameter]) => ({ secret, parameter }));
}

/** The parameter, if a JSON string is only a placeholder for it; otherwise undefined. */
export function parameterAlone(text: string): string | undefined {
  return PARAMETER_ALONE.exec(text)?.[1];
}

/** Names of the parameters that a body uses. */
export function parametersOf(template: BodyTemplate): string[] {
  if (typeof template === 'string') return placeholders(template).flatMap(({ parameter }) => parameter ?? []);
  const names: string[] = [];
  filledJson(template, (text) => {
    names.push(parameterAlone(text) ?? '');
    return text;
  });
  return names;
}

/**
 * JSON in which `write` replaces each string. Where `write` gives undefined, a member is left out and an array element
 * is null. Member names are not changed.
 */
export function filledJson(template: unknown, write: (text: string) => Json | undefined): Json | undefined {
  if (typeof template === 'string') return write(template);
  if (Array.isArray(template)) return template.map((item) => filledJson(item, write) ?? null);
  if (!isObject(template)) return template as Json;
  const members = Object.entries(template).map(([name, value]) => [name, filledJson(value, write)] as const);
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));
}
