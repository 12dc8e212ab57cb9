/** What `npm start` notes of a provider (scripts/lib/provider.ts). */
import { expect, it } from 'vitest';
import { scopeWarnings } from '../../scripts/lib/provider.ts';

it.each<[string, unknown, string, string[]]>([
  ['another prefix', ['openid', 'tablet:cache:read'], '', ['set JWT_SCOPE_PREFIX=tablet:']],
  ['dots', ['api://freshet/cache.read'], 'freshet/', ['set JWT_SCOPE_PREFIX=api://freshet/']],
  ['the prefix that is set', ['tablet:cache:read', 'cache:admin'], 'tablet:', []],
  ['no prefix', ['cache:read'], '', []],
  ['none of ours', ['openid', 'crm:read'], '', []],
  ['no list', 'cache:read', 'x:', []],
])('says how scopes are called: %s', (_what, scopes, prefix, remedies) => {
  const told = scopeWarnings(scopes, prefix);
  expect(told).toHaveLength(remedies.length);
  for (const remedy of remedies) expect(told[0]).toContain(remedy);
});
