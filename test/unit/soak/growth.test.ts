import { describe, expect, it } from 'vitest';
import { growthOf, type Moment, type Sample } from '../../soak/growth.ts';

const MAXIMUM = 4;
const gateway = (changes: Partial<Sample> = {}): Sample => ({
  processes: 1,
  memory: 100,
  handles: 200,
  ...changes,
});

/** Nine moments, of which the last third differs. */
function grown(before: Record<string, Sample>, after: Record<string, Sample>): string[] {
  const moment = (samples: Record<string, Sample>): Moment => new Map(Object.entries(samples));
  const moments = [...Array(6).fill(moment(before)), ...Array(3).fill(moment(after))];
  return growthOf(moments, MAXIMUM).flatMap(({ role, figure, grows }) => (grows ? `${role}: ${figure}` : []));
}

describe('a system', () => {
  it('does not grow while it stays as it is', () => {
    expect(grown({ gateway: gateway() }, { gateway: gateway() })).toEqual([]);
  });

  it.each([
    ['the memory of a process by more than a tenth', { memory: 111 }, ['gateway: MB of each']],
    ['the memory by a tenth', { memory: 110 }, []],
    ['the handles by more than a tenth', { handles: 221 }, ['all: handles of each']],
    ['the handles by a tenth', { handles: 220 }, []],
  ])('grows or not by %s', (_, changes, figures) => {
    expect(grown({ gateway: gateway() }, { gateway: gateway(changes) })).toEqual(figures);
  });

  it('does not grow by a few MB, which are more than a tenth of little', () => {
    const small = gateway({ memory: 20 });
    expect(grown({ gateway: small }, { gateway: { ...small, memory: 25 } })).toEqual([]);
    expect(grown({ gateway: small }, { gateway: { ...small, memory: 26 } })).toEqual(['gateway: MB of each']);
  });

  it('does not grow if a function has more processes in a burst, each as large as before', () => {
    const before = { gateway: gateway(), message: { processes: 2, memory: 60, handles: 50 } };
    const after = {
      gateway: gateway({ handles: 220 }),
      message: { processes: 4, memory: 120, handles: 100 },
    };
    expect(grown(before, after)).toEqual([]);
  });

  it('grows if a function has more processes than it may have', () => {
    const each = { memory: 30, handles: 25 };
    const of = (processes: number) => ({
      processes,
      memory: processes * each.memory,
      handles: processes * each.handles,
    });
    expect(grown({ message: of(4) }, { message: of(5) })).toEqual(['message: processes']);
  });

  it('does not grow if a function starts late, or ends', () => {
    const late = { processes: 1, memory: 30, handles: 200 };
    expect(grown({ gateway: gateway() }, { gateway: gateway(), me: late })).toEqual([]);
    expect(grown({ gateway: gateway(), me: late }, { gateway: gateway() })).toEqual([]);
  });
});
