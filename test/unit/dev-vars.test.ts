/** Which lines of `.dev.vars` are settings, and which stop the start (CONTRACT 7). */
import { expect, it } from 'vitest';
import { unreadableLines } from '../../scripts/lib/dev-vars.ts';

it('takes assignments, comments, empty lines, and values of several lines', () => {
  const pem = '"-----BEGIN PUBLIC KEY-----\nMFkw: no\n-----END PUBLIC KEY-----"';
  const text = `# id: ours\n\nJWT_ISSUER=a\n  export JWT_AUDIENCE = 'b'\r\nJWT_PUBLIC_KEY=${pem}\nORIGIN_ERP_KEY="it's"\n`;
  expect(unreadableLines(text, '.dev.vars')).toEqual([]);
});

it('names a line that it cannot read by its number and its setting, and shows no value', () => {
  const text = `\nJWT_PUBLIC_KEY='a\nb'\nJWT_JWKS_URL: https://id.example.com/jwks?v=2\n{"JWT_ISSUER": "x"}\n- JWT_SECRET\n`;
  expect(unreadableLines(text, '.dev.vars')).toEqual([
    '.dev.vars, line 4 is not a setting: write JWT_JWKS_URL=…',
    '.dev.vars, line 5 is not a setting: write NAME=value',
    '.dev.vars, line 6 is not a setting: write NAME=value',
  ]);
});
