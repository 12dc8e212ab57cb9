/** What `npm start` prints when the service is ready. */

import { SHOWN_REFRESH } from '../../demo/devices.ts';

/** What the text is made of. */
export interface Welcome {
  service: string;
  origin: string;
  user: string;
  token: string;
  /** A finished refresh of the demo; null: the demo is left out. */
  taskId: string | null;
  logFile: string;
}

/** The text below the line `ready …`: a token, and commands that work as pasted, one a line. */
export function welcome({ service, origin, user, token, taskId, logFile }: Welcome): string {
  const curl = (path: string, more = ''): string =>
    `curl -s '${service}/api/v1/${path}' -H 'Authorization: Bearer ${token}'${more}`;
  const body = `-H 'Content-Type: application/json' -d '${JSON.stringify(SHOWN_REFRESH)}'`;
  const demo = [
    'Refresh a cache:',
    curl('cache/refresh/', ` ${body}`),
    '',
    'The state of a refresh:',
    curl(`cache/state/?task_id=${taskId}`),
    '',
    `The demo origin: ${origin}/control`,
  ];
  return [
    '',
    `A token of ${user}, good for a day:`,
    token,
    '',
    'What devices hold:',
    curl('cache/'),
    '',
    ...(taskId === null ? [] : demo),
    `The API: ${service}/docs`,
    `The log: ${logFile}`,
    'Ctrl-C ends it.',
  ].join('\n');
}
