/** `/webhooks/`: receivers of events about caches (CONTRACT 4). */

import { arrayOf, describe, NOT_MODIFIED, pathParameter } from '#describe';
import { MAX_WEBHOOKS, WebhookAnswer, WebhookDefinition, WebhookTest } from '../../contract/webhook.ts';
import {
  answerOfWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  missingResources,
  parseWebhook,
  putWebhook,
  testWebhook,
  webhookEtag,
} from '../../flows/admin/manage-webhooks.ts';
import { unsetSecrets } from '../../origin/unset-secrets.ts';
import { carryOut } from '../administration-log.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { noQuery, readJson } from '../input.ts';
import { methods } from '../methods.ts';
import { conditionsOf, replyJson, warned } from '../reply.ts';

const NAME = pathParameter('name', 'Name of the webhook.');

export const webhooks = factory.createApp();

webhooks.use('/webhooks', methods('GET', 'HEAD', 'OPTIONS'), protectAdministration());
webhooks.get(
  '/webhooks',
  describe({
    id: 'listWebhooks',
    tag: 'Administration',
    summary: 'All webhooks, in order of name, with their states',
    scope: 'cache:inspect',
    answers: {
      200: {
        description: `All of them: there are at most ${MAX_WEBHOOKS}.`,
        schema: arrayOf(WebhookAnswer),
        headers: ['ETag'],
      },
      304: NOT_MODIFIED,
    },
  }),
  noQuery,
  async (c) => replyJson(c, await listWebhooks(c.get('services'))),
);

webhooks.use('/webhooks/:name', methods('GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'), protectAdministration());
webhooks.get(
  '/webhooks/:name',
  describe({
    id: 'getWebhook',
    tag: 'Administration',
    summary: 'One webhook, with its state',
    scope: 'cache:inspect',
    answers: {
      200: { description: 'The webhook.', schema: WebhookAnswer, headers: ['ETag'] },
      304: NOT_MODIFIED,
    },
    parameters: [NAME],
    problems: ['not-found'],
  }),
  noQuery,
  async (c) => {
    const webhook = await getWebhook(c.get('services'), c.req.param('name'));
    return replyJson(c, answerOfWebhook(webhook), { etag: webhookEtag(webhook) });
  },
);

webhooks.put(
  '/webhooks/:name',
  describe({
    id: 'putWebhook',
    tag: 'Administration',
    summary: 'Defines a webhook, and enables one that was disabled',
    scope: 'cache:admin',
    body: WebhookDefinition,
    answers: {
      200: { description: 'The stored webhook.', schema: WebhookAnswer, headers: ['ETag'] },
      201: { description: 'The new webhook.', schema: WebhookAnswer, headers: ['ETag'] },
    },
    parameters: [NAME],
    headers: ['If-Match', 'If-None-Match', 'X-Reason'],
    problems: ['precondition-failed', 'conflict'],
  }),
  noQuery,
  async (c) => {
    const name = c.req.param('name');
    const services = c.get('services');
    const definition = parseWebhook(name, await readJson(c), services.settings.originHosts);
    const { webhook, outcome } = await carryOut(
      c,
      'webhook.put',
      { action: 'put_webhook', target: name },
      () => putWebhook(services, name, definition, conditionsOf(c), Date.now()),
      (put) => ({ count: 1, isSame: put.outcome === 'same', what: { webhook: name, outcome: put.outcome } }),
    );
    const status = outcome === 'created' ? 201 : 200;
    const answer = warned(answerOfWebhook(webhook), [
      ...unsetSecrets(definition.secrets, services.secret),
      ...(await missingResources(services, definition.resources)),
    ]);
    return replyJson(c, answer, { status, etag: webhookEtag(webhook) });
  },
);

webhooks.delete(
  '/webhooks/:name',
  describe({
    id: 'deleteWebhook',
    tag: 'Administration',
    summary: 'Deletes a webhook and the events that wait for it',
    scope: 'cache:admin',
    answers: { 204: { description: 'It was deleted.' } },
    parameters: [NAME],
    headers: ['If-Match', 'X-Reason'],
    problems: ['not-found', 'precondition-failed', 'conflict'],
  }),
  noQuery,
  async (c) => {
    const name = c.req.param('name');
    await carryOut(
      c,
      'webhook.deleted',
      { action: 'delete_webhook', target: name },
      () => deleteWebhook(c.get('services'), name, conditionsOf(c)),
      () => ({ count: 1, what: { webhook: name } }),
    );
    return c.body(null, 204);
  },
);

webhooks.use('/webhooks/:name/test', methods('POST', 'OPTIONS'), protectAdministration());
webhooks.post(
  '/webhooks/:name/test',
  describe({
    id: 'testWebhook',
    tag: 'Administration',
    summary: 'Sends one event now, and returns what the receiver answered',
    scope: 'cache:admin',
    answers: { 200: { description: 'The result of the delivery.', schema: WebhookTest, headers: ['ETag'] } },
    parameters: [NAME],
    problems: ['not-found'],
  }),
  noQuery,
  async (c) => {
    const name = c.req.param('name');
    const tested = await carryOut(
      c,
      'webhook.tested',
      // A test changes nothing, so it is not recorded as an action.
      null,
      () => testWebhook(c.get('services'), name),
      ({ delivered }) => ({ count: 1, what: { webhook: name, delivered } }),
    );
    return replyJson(c, tested);
  },
);
