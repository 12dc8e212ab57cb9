/** The named schemas of the OpenAPI text, and how a schema of ours is written there. */

import { type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import {
  CacheRecord,
  Failing,
  ForgetAnswer,
  PurgeAnswer,
  RefreshAllAnswer,
} from '../../src/contract/administration.ts';
import { Health } from '../../src/contract/health.ts';
import { WhoamiAnswer } from '../../src/contract/identity.ts';
import { InputFault, TaskError } from '../../src/contract/problem.ts';
import {
  Definition,
  DefinitionAnswer,
  Expectation,
  Guard,
  Origin,
  Retry,
  TableDefinition,
} from '../../src/contract/resource.ts';
import { ExpandedSyncRecordAnswer, SyncRecordAnswer } from '../../src/contract/sync-record.ts';
import { Delta, OriginBody, Table, TableDelta, Tables } from '../../src/contract/table.ts';
import { ExpandedTaskAnswer, RefreshBody, RevokeBody, TaskAnswer } from '../../src/contract/task.ts';
import { ParameterValues } from '../../src/contract/values.ts';
import { ProblemBody } from '../../src/http/problems.ts';

/** Name in `components.schemas` -> schema. What has a name is written once, and referred to. */
export const NAMED: Readonly<Record<string, v.GenericSchema>> = {
  Task: TaskAnswer,
  ExpandedTask: ExpandedTaskAnswer,
  TaskError,
  RefreshRequest: RefreshBody,
  RevokeRequest: RevokeBody,
  SyncRecord: SyncRecordAnswer,
  ExpandedSyncRecord: ExpandedSyncRecordAnswer,
  Parameters: ParameterValues,
  Tables,
  Table,
  Delta,
  TableDelta,
  OriginBody,
  Resource: DefinitionAnswer,
  Definition,
  Origin,
  Expectation,
  Retry,
  Guard,
  TableDefinition,
  Cache: CacheRecord,
  Failing,
  PurgeResult: PurgeAnswer,
  RefreshAllResult: RefreshAllAnswer,
  ForgetResult: ForgetAnswer,
  Whoami: WhoamiAnswer,
  Health,
  Problem: ProblemBody,
  InputFault,
};

type Config = NonNullable<Parameters<typeof toJsonSchema>[1]>;

const CONFIG: Config = {
  target: 'draft-2020-12',
  // What a query becomes, numbers and booleans: that is how clients write it down.
  typeMode: 'output',
  // Rules beyond JSON Schema are told by descriptions.
  errorMode: 'ignore',
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  overrideSchema: ({ valibotSchema, jsonSchema }) => plainer(valibotSchema.type, jsonSchema),
};

/** A schema as it stands in a path of the text: with references to what has a name. */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema, $defs, ...rest } = toJsonSchema(schema, {
    ...CONFIG,
    definitions: NAMED as Config['definitions'] & {},
  });
  return rest;
}

/** `components.schemas`. */
export function namedSchemas(): Record<string, JsonSchema> {
  return toJsonSchemaDefs(NAMED as Config['definitions'] & {}, CONFIG);
}

/** The same said as generators of clients understand it. */
function plainer(type: string, schema: JsonSchema): JsonSchema {
  switch (type) {
    case 'loose_object':
      return { ...schema, additionalProperties: true };
    case 'record': {
      const { propertyNames, ...rest } = schema;
      return rest;
    }
    case 'nullable': {
      const [of] = schema.anyOf ?? [];
      return typeof of === 'object' && typeof of.type === 'string' && of.enum === undefined
        ? { ...of, type: [of.type, 'null'] }
        : schema;
    }
    case 'optional': {
      // Of a query, whose defaults are texts.
      const isText = typeof schema.default === 'string' && (schema.type === 'integer' || schema.type === 'boolean');
      return isText ? { ...schema, default: JSON.parse(schema.default as string) } : schema;
    }
    default:
      return schema;
  }
}
