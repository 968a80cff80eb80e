import { afterEach, describe, expect, it, vi } from 'vitest';
import { config } from '../../../functions/runtime/config.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the configuration', () => {
  it('gives a text unchanged', () => {
    vi.stubEnv('TABLE_NAME', 'value');
    expect(config.text('TABLE_NAME')).toBe('value');
  });

  it.each([undefined, ''])('ends the start with the name of a missing variable (%j)', (value) => {
    vi.stubEnv('TABLE_NAME', value);
    vi.stubEnv('FLOOD_SECONDS', value);
    expect(() => config.text('TABLE_NAME')).toThrow('The environment variable TABLE_NAME is not set.');
    expect(() => config.number('FLOOD_SECONDS')).toThrow(
      'The environment variable FLOOD_SECONDS is not set.',
    );
  });

  it('gives a whole number', () => {
    vi.stubEnv('ACCESS_TOKEN_SECONDS', '1800');
    expect(config.number('ACCESS_TOKEN_SECONDS')).toBe(1_800);
  });

  it.each(['0', '-1', '1.5', '1h', '1e3', ' 1', '1'.repeat(10)])(
    'refuses %j, which is not a whole number',
    (value) => {
      vi.stubEnv('FLOOD_SECONDS', value);
      expect(() => config.number('FLOOD_SECONDS')).toThrow(
        'The environment variable FLOOD_SECONDS must be a whole number from 1 to 999999999.',
      );
    },
  );

  it.each([
    [undefined, []],
    ['', []],
    ['a', ['a']],
    [' a, b ,,c,', ['a', 'b', 'c']],
  ])('reads %j as the list %j', (value, list) => {
    vi.stubEnv('ALLOWED_ORIGINS', value);
    expect(config.list('ALLOWED_ORIGINS')).toEqual(list);
  });
});
