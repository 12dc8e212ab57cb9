/**
 * CHANGELOG.md in the format of Keep a Changelog: its sections, and how Unreleased becomes the section of a version.
 */

const UNRELEASED = '## [Unreleased]';
/** Order of the parts of a section; other parts follow after these. */
const ORDER: readonly string[] = [
  '',
  'Before you upgrade',
  'Added',
  'Changed',
  'Deprecated',
  'Removed',
  'Fixed',
  'Security',
];

/** One section of the second level: its heading, and its content by headings of the third level. */
export interface Section {
  heading: string;
  /** Heading of the third level ("Added") -> its lines; lines before any such heading are under ''. */
  parts: Map<string, string[]>;
}

export interface Changelog {
  /** The text before the first section. */
  head: string;
  unreleased: Section;
  /** Sections of versions, newest first. */
  released: Section[];
}

/** Parses the text. @throws Error if there is no section Unreleased */
export function readChangelog(text: string): Changelog {
  const [head = '', ...sections] = text.split(/^(?=## )/m);
  const [first, ...released] = sections.map(readSection);
  if (first?.heading !== UNRELEASED) throw new Error(`CHANGELOG.md must begin with the section "${UNRELEASED}".`);
  return { head, unreleased: first, released };
}

/** The section of a version, or undefined. */
export function sectionOf({ released }: Changelog, version: string): Section | undefined {
  return released.find(({ heading }) => heading.startsWith(`## [${version}]`));
}

/** Its date, `YYYY-MM-DD`; null if it has none. */
export function dateOf({ heading }: Section): string | null {
  return /^## \[[^\]]+\] - (\d{4}-\d\d-\d\d)$/.exec(heading)?.[1] ?? null;
}

/** The whole text of a section; `part`: only the text under that heading. */
export function textOf({ parts }: Section, part?: string): string {
  return [...parts]
    .filter(([name]) => part === undefined || name === part)
    .flatMap(([, lines]) => lines)
    .join('\n')
    .trim();
}

/**
 * Moves the unreleased text into the section of a version, with this date. If the version already has a section, adds
 * the text there, so this can be repeated until the release is out.
 * @param date `YYYY-MM-DD`
 */
export function release(changelog: Changelog, version: string, date: string): Changelog {
  const { unreleased, released } = changelog;
  const before = sectionOf(changelog, version);
  const parts = new Map(before?.parts);
  for (const [name, lines] of unreleased.parts) parts.set(name, [...(parts.get(name) ?? []), ...lines]);
  return {
    ...changelog,
    unreleased: { heading: UNRELEASED, parts: new Map() },
    released: [
      { heading: `## [${version}] - ${date}`, parts: ordered(parts) },
      ...released.filter((section) => section !== before),
    ],
  };
}

function ordered(parts: Section['parts']): Section['parts'] {
  const placeOf = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return new Map([...parts].toSorted(([a], [b]) => placeOf(a) - placeOf(b)));
}

/** Writes the text. */
export function writtenChangelog({ head, unreleased, released }: Changelog): string {
  return head + [unreleased, ...released].map(writtenSection).join('\n');
}

function readSection(text: string): Section {
  const [heading = '', ...lines] = text.trimEnd().split('\n');
  const parts = new Map<string, string[]>();
  let part = '';
  for (const line of lines) {
    const found = /^### (.+)$/.exec(line);
    if (found !== null) part = found[1] ?? '';
    else if (line !== '') parts.set(part, [...(parts.get(part) ?? []), line]);
  }
  return { heading, parts };
}

function writtenSection({ heading, parts }: Section): string {
  const blocks = [...parts].map(([name, lines]) => [...(name === '' ? [] : [`### ${name}`]), ...lines].join('\n'));
  // Empty lines were left out as the text was read: headings of the fourth level get theirs back.
  return `${[heading, ...blocks].join('\n\n').replaceAll(/\n+(?=#### )/g, '\n\n')}\n`;
}
