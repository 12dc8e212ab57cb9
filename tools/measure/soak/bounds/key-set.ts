/** Valid tokens that reach a new isolate at once while the key set is slow. */

import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Response as MiniflareResponse } from 'miniflare';
import { send } from '../../harness/api.ts';
import { onSite } from '../../harness/site.ts';
import type { Bound } from './index.ts';

const TOKENS = 50;
const KEY_SET_MS = 1500;
const KEY_SET_URL = 'https://idp.example.com/jwks';

export const coldKeySet: Bound = {
  title: '50 valid tokens at once at a new isolate, whose key set takes 1.5 s',
  async measure(script) {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }];
    let asked = 0;
    // The Worker fetches nothing except the key set.
    const outboundService = async () => {
      asked += 1;
      await sleep(KEY_SET_MS);
      return MiniflareResponse.json({ keys });
    };
    const options = {
      script,
      origin: () => undefined,
      vars: { JWT_SECRET: '', JWT_JWKS_URL: KEY_SET_URL, JWT_AUDIENCE: '*' },
      more: { outboundService },
    };
    return onSite(options, async (site) => {
      const token = (user: string) =>
        new SignJWT({})
          .setProtectedHeader({ alg: 'ES256', kid: 'one' })
          .setSubject(user)
          .setExpirationTime('1h')
          .sign(privateKey);
      const tokens = await Promise.all(Array.from({ length: TOKENS }, (_, n) => token(`user-${n}`)));
      const answers = await Promise.all(
        tokens.map((one) => send(`${site.url}/api/v1/cache/`, { headers: { Authorization: `Bearer ${one}` } })),
      );
      return {
        'answers 200': answers.filter(({ status }) => status === 200).length,
        'answers 503': answers.filter(({ status }) => status === 503).length,
        'requests for the key set': asked,
      };
    });
  },
};
