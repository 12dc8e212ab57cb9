/** Request bodies of definitions (`origin.body`, CONTRACT 4 "Bodies"): texts and JSON with placeholders. */

import { isObject } from '../../core/json-value.ts';
import type { Json } from '../../ports/entry.ts';

/** `origin.body`. */
export type BodyTemplate = string | Readonly<Record<string, unknown>>;

/** `${ORIGIN_NAME}`, of which group 1 is the name of a secret, or `{name}`, of which group 2 is that of a parameter. */
const PLACEHOLDER = /\$\{([^}]*)\}|\{([^{}\s,:*"'<>&;]+)\}/g;
const PARAMETER_ALONE = /^\{([^{}\s,:*"'<>&;]+)\}$/;

/** Gives what stands in the place of a placeholder. */
export interface Values<T> {
  secret(name: string): T;
  parameter(name: string): T;
}

/** A text with its placeholders replaced, in one pass: what comes into it is not looked at again. */
export function filledText(template: string, { secret, parameter }: Values<string>): string {
  return template.replace(PLACEHOLDER, (_all, ofSecret: string | undefined, ofParameter: string | undefined) =>
    ofSecret === undefined ? parameter(ofParameter ?? '') : secret(ofSecret),
  );
}

/** The placeholders of a text, in order. */
export function placeholders(template: string): { secret: string | undefined; parameter: string | undefined }[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, secret, parameter]) => ({ secret, parameter }));
}

/** The parameter that a text of JSON stands for; undefined: it is a text. */
export function parameterAlone(text: string): string | undefined {
  return PARAMETER_ALONE.exec(text)?.[1];
}

/** Names of the parameters that a body takes. */
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
 * JSON of which each text is replaced by what `write` makes of it; undefined leaves a member out, and is null in an array.
 * Names of members stay as they are.
 */
export function filledJson(template: unknown, write: (text: string) => Json | undefined): Json | undefined {
  if (typeof template === 'string') return write(template);
  if (Array.isArray(template)) return template.map((item) => filledJson(item, write) ?? null);
  if (!isObject(template)) return template as Json;
  const members = Object.entries(template).map(([name, value]) => [name, filledJson(value, write)] as const);
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));
}
