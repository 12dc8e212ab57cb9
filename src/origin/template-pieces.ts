/** The pieces of URL templates (RFC 6570). */

const EXPRESSION = /\{[+#./;?&]?([^{},:*\s]+(?::[1-9]\d{0,3}|\*)?(?:,[^{},:*\s]+(?::[1-9]\d{0,3}|\*)?)*)\}/g;
// RFC 6570 section 2.2: operators that are reserved for future use.
const RESERVED = /\{[=,!@|]/;

/** Whether all braces belong to well-formed expressions. */
export function isTemplate(template: string): boolean {
  return !RESERVED.test(template) && !/[{}]/.test(template.replace(EXPRESSION, ''));
}

/** An expression of a template. */
export interface Expression {
  /** Empty for a simple expression. */
  operator: string;
  variables: readonly { name: string; isPrefix: boolean }[];
}

/** The expressions of a template and the text between them, in order. */
export function templatePieces(template: string): { text: string; expression: Expression | null }[] {
  const pieces: { text: string; expression: Expression | null }[] = [];
  let end = 0;
  for (const match of template.matchAll(EXPRESSION)) {
    const [text, list = ''] = match;
    if (match.index > end) pieces.push({ text: template.slice(end, match.index), expression: null });
    pieces.push({ text, expression: { operator: text.slice(1, text.indexOf(list)), variables: variablesOf(list) } });
    end = match.index + text.length;
  }
  if (end < template.length) pieces.push({ text: template.slice(end), expression: null });
  return pieces;
}

function variablesOf(list: string): Expression['variables'] {
  return list
    .split(',')
    .map((variable) => ({ name: variable.replace(/(:\d+|\*)$/, ''), isPrefix: /:\d+$/.test(variable) }));
}

/** Names of the variables that the template uses, each once. */
export function templateVariables(template: string): string[] {
  const names = templatePieces(template).flatMap(
    ({ expression }) => expression?.variables.map(({ name }) => name) ?? [],
  );
  return [...new Set(names)];
}
