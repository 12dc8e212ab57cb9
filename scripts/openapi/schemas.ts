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
import { ExpandedResource } from '../../src/contract/expanded-resource.ts';
import { FigureAnswer, FigureSeries } from '../../src/contract/figures.ts';
import { Health } from '../../src/contract/health.ts';
import { WhoamiAnswer } from '../../src/contract/identity.ts';
import { LiveTicket } from '../../src/contract/live.ts';
import { OAuth2 } from '../../src/contract/oauth.ts';
import { Pages } from '../../src/contract/pages.ts';
import { ProbeAnswer, ProbeBody, ProbedPage, ProbedTable, ProbeFault } from '../../src/contract/probe.ts';
import { InputFault, ProblemBody, TaskError } from '../../src/contract/problem.ts';
import { Definition, DefinitionAnswer, Expectation, Guard, Origin, Retry } from '../../src/contract/resource.ts';
import { CacheCounts, ResourceStats } from '../../src/contract/resource-counts.ts';
import { ResourcePreview } from '../../src/contract/resource-preview.ts';
import { BasicAuth, Rate, SourceAnswer, SourceAuth, SourceDefinition, SourceState } from '../../src/contract/source.ts';
import { SourcePreview } from '../../src/contract/source-preview.ts';
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
  ExpandedTask: [ExpandedTaskAnswer, 'A refresh of one cache, with all that is known of it (`expand=task`).'],
  WaitingFor: [WaitingFor, 'What a task waits for.'],
  TaskError: [TaskError, 'Why a load failed: a problem without `status`.'],
  RefreshRequest: [RefreshBody, 'Which cache to refresh: a resource, and its parameters as further members.'],
  RevokeRequest: [RevokeBody, 'Which task to take back.'],
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
  TableDelta: [TableDelta, 'What came and went in one table.'],
  OriginBody: [OriginBody, 'The body of a resource without tables: whatever its origin answered.'],
  SyncRequest: [SyncBody, 'One question about several caches.'],
  SyncConnection: [LiveMember, 'The live socket of a device that asks for all that it holds.'],
  SyncItem: [SyncItem, 'One cache, and what the device has of it.'],
  SyncResult: [SyncAnswer, 'The answer to a question about several caches.'],
  SyncItemResult: [SyncItemAnswer, 'What is told of one cache, as a read of it alone would be answered.'],
  LiveTicket: [LiveTicket, 'Opens one live socket.'],
  CatalogEntry: [CatalogEntry, 'A resource as its readers know it.'],
  CatalogTable: [CatalogTable, 'A table as its readers know it.'],
  ResourceDocument: [ResourceDocument, 'An OpenAPI document (3.1) of one resource alone.'],
  Resource: [DefinitionAnswer, 'A definition as it is answered: with its title and all defaults.'],
  ExpandedResource: [ExpandedResource, 'A definition with how its caches stand (`expand=stats`).'],
  ResourcePreview: [ResourcePreview, 'What a PUT of a definition would do (`dry_run=true`).'],
  Definition: [Definition, 'How a resource is loaded and kept. PUT takes what GET gave.'],
  Origin: [Origin, 'How the origin of the resource is asked.'],
  Expectation: [Expectation, 'What an answer of the origin must say of itself.'],
  Pages: [Pages, 'How an answer goes on in further pages.'],
  Changes: [Changes, 'What is asked for instead of all rows, once they have been loaded.'],
  Removed: [Removed, 'Which rows of an answer are deletions.'],
  Retry: [Retry, 'When loads that failed are tried again.'],
  Guard: [Guard, 'What a load must have so as to replace the last version.'],
  ColumnDefinition: [ColumnDefinition, 'A column of a table, with more to say than its name.'],
  CsvDialect: [CsvDialect, 'How CSV is written, where it is not as RFC 4180 has it.'],
  TableDefinition: [TableDefinition, 'One table: where its rows lie, and which members they have.'],
  ProbeRequest: [ProbeBody, 'What to probe.'],
  ProbeResult: [ProbeAnswer, 'What an origin answered once, and what a load would make of it.'],
  ProbeFault: [ProbeFault, 'What a load would fail with, and the member of the definition that it is about.'],
  ProbedTable: [ProbedTable, 'One table as far as a probe read it.'],
  ProbedPage: [ProbedPage, 'One page as a probe asked for it, and what came.'],
  ResourceStats: [ResourceStats, 'How the caches of a resource stand, as they were last counted.'],
  CacheCounts: [CacheCounts, 'How many caches are in which state.'],
  Cache: [CacheRecord, 'One resource with one set of parameter values and, for scope `user`, one user.'],
  Version: [VersionRecord, 'A kept version that changed the body.'],
  LastError: [LastError, 'Why the last load failed, and how it stands.'],
  Failing: [Failing, 'How long loads of a cache have failed.'],
  PurgeResult: [PurgeAnswer, 'How far a purge got.'],
  RefreshAllResult: [RefreshAllAnswer, 'How far a refresh of all caches got.'],
  ForgetResult: [ForgetAnswer, 'How far forgetting got.'],
  Action: [ActionRecord, 'What an administrator changed.'],
  Figures: [FigureAnswer, 'A figure of the service over time.'],
  FigureSeries: [FigureSeries, 'One series of a figure.'],
  Source: [SourceAnswer, 'One system that resources ask: its address, the way there and what lets us in.'],
  SourcePreview: [SourcePreview, 'What a PUT of a source would do (`dry_run=true`).'],
  SourceDefinition: [SourceDefinition, 'One system that resources ask. PUT takes what GET gave.'],
  SourceState: [SourceState, 'How the limits of a source stand.'],
  Rate: [Rate, 'How often a source may be asked.'],
  SourceAuth: [SourceAuth, 'What lets us in.'],
  OAuth2: [OAuth2, 'A token by client credentials.'],
  BasicAuth: [BasicAuth, 'User name and password.'],
  Webhook: [WebhookAnswer, 'Who is told what has happened to caches, and how that goes.'],
  WebhookDefinition: [WebhookDefinition, 'Who is told what. PUT takes what GET gave.'],
  WebhookState: [WebhookState, 'How deliveries of a webhook go.'],
  WebhookTest: [WebhookTest, 'What became of one delivery.'],
  Whoami: [WhoamiAnswer, 'What the service reads in the token.'],
  ConsoleConfig: [ConsoleConfig, 'What the console is told before anybody has signed in.'],
  ConsoleSignIn: [ConsoleSignIn, 'How the console signs people in.'],
  Health: [Health, 'How the service is.'],
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
