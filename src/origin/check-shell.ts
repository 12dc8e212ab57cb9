/** Finds what an unquoted shell command did to a definition: the shell replaces `$filter` and `${ORIGIN_KEY}` by its own, empty variables. */

import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { pointerTo } from '../core/pointer.ts';
import { templatePieces } from './template-pieces.ts';

/** Faults that nobody writes on purpose: a query member without a name, a header without a value. */
export function shellFaults({ origin }: Pick<Resource, 'origin'>): InputFault[] {
  const faults = Object.entries(origin.headers ?? {})
    .filter(([, value]) => /(?:^|\s)$/.test(value))
    .map(([name]) => ({
      pointer: pointerTo('/origin/headers', name),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
      detail: `must not be empty or end in a space: ${eaten('${ORIGIN_…}')}`,
    }));
  if (!hasNameless(origin.url)) return faults;
  const detail = `has a part without a name in its query, "=…": ${eaten('a name such as $filter')}`;
  return [{ pointer: '/origin/url', detail }, ...faults];
}

function eaten(what: string): string {
  return `a shell has probably taken ${what} for a variable of its own. Quote what it passes on: <<'END'`;
}

function hasNameless(template: string): boolean {
  const written = templatePieces(template).map(({ text, expression }) => {
    if (expression === null) return text;
    const { operator } = expression;
    // The values here stand for themselves, and add no separator except that of their operator.
    return ['?', '&', '#'].includes(operator) ? `${operator}value` : 'value';
  });
  const [, ...query] = (written.join('').split('#')[0] ?? '').split('?');
  return query
    .join('?')
    .split('&')
    .some((part) => part.startsWith('='));
}
