import { describe, expect, it } from 'vitest';
import { readOptions, UsageError } from '../../bench/speed/options.ts';

const read = (...args: string[]) => readOptions(args, ['pair', 'pairs']);

describe('the command line of the bench', () => {
  it('measures everything five times, unless it says otherwise', () => {
    expect(read()).toEqual({ parts: [], runs: 5, quick: false, url: undefined, why: false, help: false });
    expect(read('pair', '--quick')).toMatchObject({ parts: ['pair'], runs: 2, quick: true });
    expect(read('--quick', '--runs', '3')).toMatchObject({ runs: 3 });
  });

  it.each(['http://localhost:8000/', 'http://127.0.0.1:8000', 'http://[::1]:8000'])('accepts %s', (url) => {
    expect(read('--url', url).url).toBe(url.replace(/\/$/, ''));
  });

  it.each([
    'https://chat.example',
    'http://127.0.0.1.example',
    'http://128.0.0.1',
    'http://localhost.example',
  ])('refuses %s, which is not this machine, without --anywhere', (url) => {
    expect(() => read('--url', url)).toThrow('add --anywhere');
    expect(read('--url', url, '--anywhere').url).toBe(url);
  });

  it.each([
    [['no-part'], 'there is no part "no-part". Parts: pair, pairs'],
    [['--runs', '0'], '--runs must be a whole number from 1 to 50, not "0"'],
    [['--runs', 'many'], '--runs must be'],
    [['--url', 'localhost:8000'], '--url must be a URL such as'],
    [['--slow'], "Unknown option '--slow'"],
  ])('refuses %j', (args, why) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(why);
  });
});
