/** The differences between the records of two releases, and the word for each that the changelog must contain. */

/** A difference, and the word by which readers find it in the changelog. */
export interface Difference {
  line: string;
  word: string;
}

/** `breaking`: a client or a deployment of the earlier release may fail because of it. */
export interface Differences {
  added: Difference[];
  breaking: Difference[];
}

/** @param before @param now lines of the API (api-surface.ts) */
export function apiDifferences(before: readonly string[], now: readonly string[]): Differences {
  const [then, today] = [new Set(before), new Set(now)];
  const knownThen = (line: string) => then.has(line) || then.has(`${line}!`);
  const knownNow = (line: string) => today.has(line) || today.has(`${line}!`);
  const gone = before.filter((line) =>
    // Something that is no longer required breaks no client. Something that is no longer always answered may.
    line.includes(' < ') || line.includes(' ?') ? !knownNow(bare(line)) : !today.has(line),
  );
  const demanded = now.filter(
    (line) => line.endsWith('!') && (line.includes(' < ') || line.includes(' ?')) && !then.has(line) && known(line),
  );
  /** Whether the line's parent existed before: a requirement in something new breaks no client. */
  function known(line: string): boolean {
    const parent = parentOf(line);
    return parent === null || knownThen(parent);
  }
  const added = now.filter((line) => !knownThen(bare(line)) && known(line) && !demanded.includes(line));
  return { added: named(added), breaking: named([...gone, ...demanded]) };
}

/** @param before @param now lines of what the account must have (account.ts) */
export function accountDifferences(before: readonly string[], now: readonly string[]): Differences {
  const [then, today] = [new Set(before), new Set(now)];
  const added = now.filter((line) => !then.has(line));
  const lastMigration = added.findLast((line) => line.startsWith('migration '));
  return {
    // Migrations are sequential, so the last one stands for all.
    added: named(added.filter((line) => !line.startsWith('migration ') || line === lastMigration)),
    breaking: named(before.filter((line) => !today.has(line))),
  };
}

function bare(line: string): string {
  return line.replace(/!$/, '');
}

/** The line that this one is a part of; null for an operation. */
function parentOf(line: string): string | null {
  const [method = '', path = '', ...rest] = bare(line).split(' ');
  const operation = `${method} ${path}`;
  if (rest.length === 0) return null;
  const [head = '', ...more] = rest;
  const member = head === '<' || /^\d/.test(head) ? more.join(' ') : '';
  const outer = / = /.test(member) ? member.replace(/ = .*$/, '') : member.replace(/(\.|^)[^.]*$/, '');
  const holder = outer.replace(/(\[\]|\.\*)+$/, '');
  const outside = head === '<' ? operation : `${operation} ${head}`;
  if (member === '') return operation;
  return holder === '' ? outside : `${operation} ${head} ${holder}`;
}

/** One difference per word: a member of many operations is listed once. */
function named(lines: readonly string[]): Difference[] {
  const byWord = new Map<string, Difference>();
  for (const line of lines) {
    const word = wordOf(line);
    if (!byWord.has(word)) byWord.set(word, { line, word });
  }
  return [...byWord.values()];
}

/** For an operation, the last name in its path, between slashes; otherwise the last name in the line. */
function wordOf(line: string): string {
  const [first = '', second = '', ...rest] = bare(line).split(' ');
  if (rest.length === 0 && second.startsWith('/')) {
    const names = second.split('/').filter((name) => name !== '' && !name.startsWith('{'));
    return `/${names.at(-1) ?? ''}`;
  }
  const last = [first, second, ...rest].at(-1) ?? '';
  return (
    last
      .replace(/(\[\])+$/, '')
      .split(/[.?]/)
      .findLast((name) => name !== '' && name !== '*') ?? last
  );
}
