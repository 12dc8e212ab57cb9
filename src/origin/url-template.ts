/** URL templates of origins (RFC 6570): what they are made of, and their expansion over the parameters of a cache. */

import { type PrimitiveValue, parseTemplate } from 'url-template';
import type { Json, Parameters } from '../contract/entry.ts';

const EXPRESSION = /\{[+#./;?&]?([^{},:*\s]+(?::[1-9]\d{0,3}|\*)?(?:,[^{},:*\s]+(?::[1-9]\d{0,3}|\*)?)*)\}/g;
// RFC 6570 section 2.2: operators that are kept for later.
const RESERVED = /\{[=,!@|]/;
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#{}\\@\s]+(?=[/?#]|\{[/?#]|$)/i;

/** Whether all braces are those of well-formed expressions. */
export function isTemplate(template: string): boolean {
  return !RESERVED.test(template) && !/[{}]/.test(template.replace(EXPRESSION, ''));
}

/** Names of the variables that the template uses, each once. */
export function templateVariables(template: string): string[] {
  const names = [...template.matchAll(EXPRESSION)].flatMap(([, list = '']) =>
    list.split(',').map((variable) => variable.replace(/(:\d+|\*)$/, '')),
  );
  return [...new Set(names)];
}

/** Scheme, host and port, where they are literal and without userinfo; null otherwise. */
export function literalOrigin(template: string): URL | null {
  const origin = ORIGIN.exec(template)?.[0];
  return origin !== undefined && URL.canParse(origin) ? new URL(origin) : null;
}

/**
 * The URL for these values; null and empty lists count as undefined (section 2.3), what is nested deeper goes as JSON.
 * @throws URIError if a value holds a lone surrogate or a prefix (`{name:3}`) cuts a character in two
 */
export function expandTemplate(template: string, values: Parameters): string {
  // Without a prototype: a variable may be called `constructor`.
  const context = Object.create(null) as Record<string, ReturnType<typeof templateValue>>;
  for (const [name, value] of Object.entries(values)) context[name] = templateValue(value);
  return parseTemplate(template).expand(context);
}

function templateValue(value: Json): PrimitiveValue | string[] | Record<string, string> {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== null).map(text);
    return items.length === 0 ? null : items;
  }
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return members.length === 0 ? null : Object.fromEntries(members.map(([name, member]) => [name, text(member)]));
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
