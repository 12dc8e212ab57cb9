/** The object of a cache, with counts. */

import { CacheObject as Deployed } from '../../../../src/object/cache-object.ts';
import { countedClass } from './object.ts';

const VERBS = ['enqueue', 'claim', 'commit', 'fail', 'state', 'revoke', 'purge', 'entry', 'watch', 'wake', 'alarm'];

export class CacheObject extends countedClass(Deployed, VERBS) {}
