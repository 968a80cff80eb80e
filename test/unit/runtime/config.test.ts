import { afterEach, describe, expect, it, vi } from 'vitest';
import { config } from '../../../functions/runtime/config.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the configuration', () => {
  it('gives a text as it is', () => {
    vi.stubEnv('NAME', 'value');
    expect(config.text('NAME')).toBe('value');
  });

  it.each([undefined, ''])('ends the start with the name of what is missing (%j)', (value) => {
    vi.stubEnv('NAME', value);
    expect(() => config.text('NAME')).toThrow('the environment variable NAME is not set');
    expect(() => config.number('NAME')).toThrow('the environment variable NAME is not set');
  });

  it('gives a whole number', () => {
    vi.stubEnv('NAME', '1800');
    expect(config.number('NAME')).toBe(1_800);
  });

  it.each(['0', '-1', '1.5', '1h', '1e3', ' 1', '1'.repeat(10)])('takes %j for no whole number', (value) => {
    vi.stubEnv('NAME', value);
    expect(() => config.number('NAME')).toThrow('the environment variable NAME is no whole number');
  });

  it.each([
    [undefined, []],
    ['', []],
    ['a', ['a']],
    [' a, b ,,c,', ['a', 'b', 'c']],
  ])('reads %j as the list %j', (value, list) => {
    vi.stubEnv('NAME', value);
    expect(config.list('NAME')).toEqual(list);
  });
});
