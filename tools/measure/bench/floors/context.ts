/** What a floor's operation works with. */

import type { FloorSetup } from './setup.ts';

export interface FloorRequest {
  request: Request;
  env: Env;
  ctx: ExecutionContext;
  user: string;
  setup: FloorSetup;
}
