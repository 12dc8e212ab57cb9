import { describe, expect, it } from 'vitest';
import { LoadFailure } from '../../../src/contract/problem.ts';
import { masked, withoutSecrets } from '../../../src/origin/redact.ts';

describe('what quotes an origin', () => {
  it.each([
    ['the whole of a value that another one is part of', 'no abcd-efgh here', ['abcd', 'abcd-efgh'], 'no *** here'],
    ['in whatever letters', 'no ABCD.example.com', ['abCd'], 'no ***.example.com'],
    ['a short value as a word alone', 'the code de of the column', ['de'], 'the code *** of the column'],
    ['what means something in patterns', 'no a.c(d, but abc(d', ['a.c(d'], 'no ***, but abc(d'],
    ['nothing for an empty one', 'as it is', [''], 'as it is'],
  ])('is told without %s', (_what, text, values, expected) => {
    expect(masked(text, values)).toBe(expected);
  });

  it('is an error of the same kind', () => {
    const failure = new LoadFailure('origin-status', 'no abcd', {
      adminDetail: 'it says abcd',
      retryable: true,
      retryAfterMs: 7,
    });
    expect(withoutSecrets(failure, ['abcd'])).toMatchObject({
      code: 'origin-status',
      message: 'no ***',
      adminDetail: 'it says ***',
      retryable: true,
      retryAfterMs: 7,
    });
    expect(withoutSecrets(failure, ['other'])).toBe(failure);
  });
});
