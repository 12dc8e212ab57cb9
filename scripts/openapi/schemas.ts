/** The named schemas of the OpenAPI text, and the conversion of the service's schemas. */

import { type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { ActionRecord } from '../../src/contract/action.ts';
import {
  CacheRecord,
  Failing,
  ForgetAnswer,
  LastError,
  PurgeAnswer,
  RefreshAllAnswer,
  VersionRecord,
} from '../../src/contract/administration.ts';
import { CatalogEntry, CatalogTable, ResourceDocument } from '../../src/contract/catalog.ts';
import { Changes, Removed } from '../../src/contract/changes.ts';
import { ColumnDefinition } from '../../src/contract/column.ts';
import { ConsoleConfig, ConsoleSignIn } from '../../src/contract/console.ts';
import { DeviceAnswer, DeviceCache, DeviceRefusal, ExpandedDeviceAnswer } from '../../src/contract/device.ts';
import { ResourcePreview, SourcePreview } from '../../src/contract/dry-run.ts';
import { FigureAnswer, FigureSeries } from '../../src/contract/figures.ts';
import { Health } from '../../src/contract/health.ts';
import { WhoamiAnswer } from '../../src/contract/identity.ts';
import { LiveTicket } from '../../src/contract/live.ts';
import { OAuth2 } from '../../src/contract/oauth.ts';
import { Pages } from '../../src/contract/pages.ts';
import { ProbeAnswer, ProbeBody, ProbedPage, ProbedTable, ProbeFault } from '../../src/contract/probe.ts';
import { InputFault, ProblemBody, TaskError } from '../../src/contract/problem.ts';
import { Definition, DefinitionAnswer, Expectation, Guard, Origin, Retry } from '../../src/contract/resource.ts';
import { CacheCounts, ExpandedResource, ResourceStats } from '../../src/contract/resource-counts.ts';
import { BasicAuth, Rate, SourceAnswer, SourceAuth, SourceDefinition, SourceState } from '../../src/contract/source.ts';
import { LiveMember, SyncAnswer, SyncBody, SyncItem, SyncItemAnswer } from '../../src/contract/sync.ts';
import { ExpandedSyncRecordAnswer, SyncRecordAnswer } from '../../src/contract/sync-record.ts';
import { Delta, OriginBody, Table, TableDelta, Tables } from '../../src/contract/table.ts';
import { CsvDialect, TableDefinition } from '../../src/contract/table-definition.ts';
import { ExpandedTaskAnswer, RefreshBody, RevokeBody, TaskAnswer, WaitingFor } from '../../src/contract/task.ts';
import { ParameterValues } from '../../src/contract/values.ts';
import { WebhookAnswer, WebhookDefinition, WebhookState, WebhookTest } from '../../src/contract/webhook.ts';

/**
 * Name in `components.schemas` -> schema, and a description if it has none of its own. A named schema is written once
 * and referenced elsewhere.
 */
const NAMES: Readonly<Record<string, readonly [schema: v.GenericSchema, text?: string]>> = {
  Task: [TaskAnswer, 'A refresh of one cache.'],
  ExpandedTask: [ExpandedTaskAnswer, 'A refresh of one cache, with all details (`expand=task`).'],
  WaitingFor: [WaitingFor, 'What a task waits for.'],
  TaskError: [TaskError, 'Why a load failed: a problem without `status`.'],
  RefreshRequest: [RefreshBody, 'Which cache to refresh: a resource, and its parameters as further members.'],
  RevokeRequest: [RevokeBody, 'Which task to revoke.'],
  SyncRecord: [SyncRecordAnswer, 'What a device was last given of a cache.'],
  ExpandedSyncRecord: [
    ExpandedSyncRecordAnswer,
    'What a device was last given of a cache, and what it lacks (`expand=resource`).',
  ],
  Device: [DeviceAnswer, 'A device, and how many of its caches are out of date.'],
  ExpandedDevice: [ExpandedDeviceAnswer, 'A device, and how far each of its caches is behind (`expand=caches`).'],
  DeviceCache: [DeviceCache, 'A cache of a device.'],
  DeviceRefusal: [DeviceRefusal, 'A resource that a device was refused.'],
  Parameters: [ParameterValues],
  Tables: [Tables, 'The body of a resource with tables: each of them, in the order of the definition.'],
  Table: [Table, 'One table as a whole.'],
  Delta: [
    Delta,
    'The difference between two versions: every table is named. Applied to the first it gives exactly the rows of the second, row ids included.',
  ],
  TableDelta: [TableDelta, 'The inserted and deleted rows of one table.'],
  OriginBody: [OriginBody, 'The body of a resource without tables: whatever its origin answered.'],
  SyncRequest: [SyncBody, 'One request for several caches.'],
  SyncConnection: [LiveMember, 'The live socket of a device that asks for all its caches.'],
  SyncItem: [SyncItem, 'One cache, and what the device has of it.'],
  SyncResult: [SyncAnswer, 'The answer to a request for several caches.'],
  SyncItemResult: [SyncItemAnswer, 'The result for one cache, like the answer to its own read.'],
  LiveTicket: [LiveTicket, 'Opens one live socket.'],
  CatalogEntry: [CatalogEntry, 'A resource as its readers see it.'],
  CatalogTable: [CatalogTable, 'A table as its readers see it.'],
  ResourceDocument: [ResourceDocument, 'An OpenAPI document (3.1) of one resource alone.'],
  Resource: [DefinitionAnswer, 'A stored definition, with its title and all defaults.'],
  ExpandedResource: [ExpandedResource, 'A definition with the state of its caches (`expand=stats`).'],
  ResourcePreview: [ResourcePreview, 'What a PUT of a definition would do (`dry_run=true`).'],
  Definition: [Definition, 'How a resource is loaded and stored. PUT accepts an answer to GET.'],
  Origin: [Origin, 'How the service requests data from the origin of the resource.'],
  Expectation: [Expectation, 'What an answer of the origin must contain.'],
  Pages: [Pages, 'How an answer continues on further pages.'],
  Changes: [Changes, 'What to request instead of all rows, once they have been loaded.'],
  Removed: [Removed, 'Which rows of an answer are deletions.'],
  Retry: [Retry, 'When failed loads are retried.'],
  Guard: [Guard, 'What a load must contain to replace the last version.'],
  ColumnDefinition: [ColumnDefinition, 'A column of a table with options.'],
  CsvDialect: [CsvDialect, 'How CSV is written if it differs from RFC 4180.'],
  TableDefinition: [TableDefinition, 'One table: where its rows are, and which members they have.'],
  ProbeRequest: [ProbeBody, 'What to probe.'],
  ProbeResult: [ProbeAnswer, 'What an origin answered once, and what a load would make of it.'],
  ProbeFault: [ProbeFault, 'Why a load would fail, and the member of the definition that causes it.'],
  ProbedTable: [ProbedTable, 'One table as far as a probe read it.'],
  ProbedPage: [ProbedPage, 'One page as a probe requested it, and what the origin answered.'],
  ResourceStats: [ResourceStats, 'The state of the caches of a resource, as last counted.'],
  CacheCounts: [CacheCounts, 'How many caches are in each state.'],
  Cache: [CacheRecord, 'One resource with one set of parameter values and, for scope `user`, one user.'],
  Version: [VersionRecord, 'A kept version that changed the body.'],
  LastError: [LastError, 'Why the last load failed, and when it is retried.'],
  Failing: [Failing, 'How long loads of a cache have failed.'],
  PurgeResult: [PurgeAnswer, 'The progress of a purge.'],
  RefreshAllResult: [RefreshAllAnswer, 'The progress of a refresh of all caches.'],
  ForgetResult: [ForgetAnswer, 'The progress of forgetting.'],
  Action: [ActionRecord, 'What an administrator changed.'],
  Figures: [FigureAnswer, 'A figure of the service over time.'],
  FigureSeries: [FigureSeries, 'One series of a figure.'],
  Source: [SourceAnswer, 'One system that resources load from: its address, its connection and the credentials.'],
  SourcePreview: [SourcePreview, 'What a PUT of a source would do (`dry_run=true`).'],
  SourceDefinition: [SourceDefinition, 'One system that resources load from. PUT accepts an answer to GET.'],
  SourceState: [SourceState, 'The state of the limits of a source.'],
  Rate: [Rate, 'How many requests a source may get.'],
  SourceAuth: [SourceAuth, 'The credentials of the service.'],
  OAuth2: [OAuth2, 'A token by client credentials.'],
  BasicAuth: [BasicAuth, 'User name and password.'],
  Webhook: [WebhookAnswer, 'A receiver of events about caches, and the state of its deliveries.'],
  WebhookDefinition: [
    WebhookDefinition,
    'A receiver of events, and which events it gets. PUT accepts an answer to GET.',
  ],
  WebhookState: [WebhookState, 'The state of deliveries to a webhook.'],
  WebhookTest: [WebhookTest, 'The result of one delivery.'],
  Whoami: [WhoamiAnswer, 'What the service reads in the token.'],
  ConsoleConfig: [ConsoleConfig, 'What the console needs before sign-in.'],
  ConsoleSignIn: [ConsoleSignIn, 'How the console signs people in.'],
  Health: [Health, 'The health of the service.'],
  Problem: [ProblemBody, 'A refusal or a fault (RFC 9457).'],
  InputFault: [InputFault, 'One fault of the input.'],
};

const NAMED = Object.fromEntries(Object.entries(NAMES).map(([name, [schema]]) => [name, schema])) as NonNullable<
  Config['definitions']
>;

type Config = NonNullable<Parameters<typeof toJsonSchema>[1]>;

const CONFIG: Config = {
  target: 'draft-2020-12',
  // Numbers and booleans, as the query is parsed: that is how clients declare them.
  typeMode: 'output',
  // Descriptions explain rules that JSON Schema cannot express.
  errorMode: 'ignore',
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  // Patterns with Unicode character classes: many validators cannot parse them, and would refuse valid values.
  overrideAction: ({ valibotAction, jsonSchema }) => {
    if (!('requirement' in valibotAction) || !(valibotAction.requirement instanceof RegExp)) return;
    if (!valibotAction.requirement.unicode) return;
    const { pattern, ...rest } = jsonSchema;
    return rest;
  },
  overrideSchema: ({ valibotSchema, jsonSchema }) => plainer(valibotSchema.type, jsonSchema),
};

/** A schema in a path of the text, with references to named schemas. */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema, $defs, ...rest } = toJsonSchema(schema, {
    ...CONFIG,
    definitions: NAMED as Config['definitions'] & {},
  });
  return rest;
}

/** `components.schemas`. */
export function namedSchemas(): Record<string, JsonSchema> {
  const schemas = Object.entries(toJsonSchemaDefs(NAMED, CONFIG));
  return Object.fromEntries(
    schemas.map(([name, schema]) => {
      const text = NAMES[name]?.[1];
      return [name, text === undefined ? schema : { ...schema, description: text }];
    }),
  );
}

/** The same schema in a form that client generators understand. */
function plainer(type: string, schema: JsonSchema): JsonSchema {
  switch (type) {
    case 'loose_object':
      return { ...schema, additionalProperties: true };
    case 'record': {
      const { propertyNames, additionalProperties: of, ...rest } = schema;
      const isAny = typeof of === 'object' && Object.keys(of).length === 0;
      return { ...rest, additionalProperties: isAny || (of ?? true) };
    }
    case 'nullable': {
      const [of] = schema.anyOf ?? [];
      return typeof of === 'object' && typeof of.type === 'string' && of.enum === undefined
        ? { ...of, type: [of.type, 'null'] }
        : schema;
    }
    case 'optional': {
      // In a query, defaults are texts.
      const isText = typeof schema.default === 'string' && (schema.type === 'integer' || schema.type === 'boolean');
      return isText ? { ...schema, default: JSON.parse(schema.default as string) } : schema;
    }
    default:
      return schema;
  }
}
