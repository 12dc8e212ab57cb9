/** The Debian packages that the peers need. */

import { spawnSync } from 'node:child_process';

const PACKAGES = [
  'python3-django',
  'python3-djangorestframework',
  'celery',
  'python3-redis',
  'python3-hiredis',
  'python3-jwt',
  'python3-psycopg2',
  'python3-requests',
  'gunicorn',
  'nginx-light',
  'redis-server',
  'postgresql',
  'wrk',
];

// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg-query's.
const STATUS = '${db:Status-Status} ${Package}\n';

/** Packages that are missing; null: the system is not Debian. */
export function missingPackages(): string[] | null {
  const { error, stdout } = spawnSync('dpkg-query', ['-W', '-f', STATUS, ...PACKAGES], {
    encoding: 'utf8',
  });
  if (error !== undefined) return null;
  const installed = new Set(stdout.split('\n'));
  return PACKAGES.filter((name) => !installed.has(`installed ${name}`));
}
