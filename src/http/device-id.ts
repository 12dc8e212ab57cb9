/** Ids of devices (CONTRACT 1, 3), in `X-Device-Id` or in a token's `device_id`. */

import * as v from 'valibot';
import { MAX_DEVICE_LENGTH } from '../contract/constants.ts';

/** 1-128 visible ASCII characters (RFC 5234 VCHAR). */
export const DeviceId = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/), v.maxLength(MAX_DEVICE_LENGTH));
