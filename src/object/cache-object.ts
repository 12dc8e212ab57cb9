import { DurableObject } from 'cloudflare:workers';

export class CacheObject extends DurableObject<Env> {}
