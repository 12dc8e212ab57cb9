/** All imitated systems, by the names that tests use. */

import { biExport } from './bi-export.ts';
import { businessCentral } from './business-central.ts';
import { dataApiBuilder } from './data-api-builder.ts';
import { dataverse } from './dataverse.ts';
import { github } from './github.ts';
import { graph } from './graph.ts';
import type { Imitation } from './imitation.ts';
import { netsuite } from './netsuite.ts';
import { odataV4 } from './odata-v4.ts';
import { oneC } from './one-c.ts';
import { salesforce } from './salesforce.ts';
import { sapGateway } from './sap-gateway.ts';
import { serviceNow } from './service-now.ts';
import { soap } from './soap.ts';

export const systems = {
  biExport,
  businessCentral,
  dataApiBuilder,
  dataverse,
  github,
  graph,
  netsuite,
  odataV4,
  oneC,
  salesforce,
  sapGateway,
  serviceNow,
  soap,
} satisfies Record<string, Imitation>;

export type SystemName = keyof typeof systems;
