/** What the console needs before anybody has signed in, without identity (CONTRACT 5). */

import { ConsoleConfig } from '../../contract/console.ts';
import { consoleConfig } from '../console-settings.ts';
import { describe, NOT_MODIFIED } from '../describe.ts';
import { factory } from '../factory.ts';
import { noQuery } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

export const consolePages = factory.createApp();

consolePages.use('/console/config.json', methods('GET', 'HEAD', 'OPTIONS'));
consolePages.get(
  '/console/config.json',
  describe({
    id: 'getConsoleConfig',
    tag: 'Service',
    summary: 'How the console signs people in, and how often it may ask',
    answers: { 200: { description: 'Its settings.', schema: ConsoleConfig, headers: ['ETag'] }, ...NOT_MODIFIED },
    problems: ['misconfigured'],
  }),
  noQuery,
  (c) => replyJson(c, consoleConfig(c.env)),
);
