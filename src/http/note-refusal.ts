/**
 * Notes for the operator why a device was refused a resource (CONTRACT 4 "Devices"); the answer goes only to the
 * device.
 */

import type { Context } from 'hono';
import type { Identity } from '../contract/identity.ts';
import type { Problem } from '../contract/problem.ts';
import type { Services } from '../flows/services.ts';
import type { AppEnv } from './factory.ts';

/**
 * After the answer, at most once an hour: notes the refused resource of a problem, if it has one and the device is
 * known.
 */
export function noteRefusal(c: Context<AppEnv>, { refused }: Problem): void {
  // A request that was refused early lacks some of these.
  const device = c.get('device') as string | null | undefined;
  const identity = c.get('identity') as Identity | undefined;
  const services = c.get('services') as Services | undefined;
  if (refused === undefined || device == null || identity === undefined || services === undefined) return;
  const work = services.syncBuffer.addRefusal({ user: identity.user, device, ...refused }, Date.now());
  if (work !== null) services.waitUntil(work);
}
