import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ends = JSON.parse(readFileSync('tests/package/peerEnds.json', 'utf8')) as Record<
  string,
  { range: string; low: string; high: string }
>;
const { peerDependencies, peerDependenciesMeta, devDependencies } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as {
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  devDependencies: Record<string, string>;
};

const parts = (version: string): number[] => version.split('.').map(Number);
/** Whether a version is at least the lower bound of a range such as `>=0.33.0` or `^4.1.0 || ^5.0.0`, and within a caret. */
function satisfies(version: string, range: string): boolean {
  return range.split(' || ').some((one) => {
    const [least, got] = [parts(one.replace(/^\D+/, '')), parts(version)];
    const at = least.findIndex((n, i) => n !== got[i]);
    const enough = at < 0 || (got[at] as number) > (least[at] as number);
    const fixed = one.startsWith('^') ? least.findIndex((n) => n > 0) + 1 : 0;
    return enough && least.slice(0, fixed).every((n, i) => n === got[i]);
  });
}

describe('ranges of peer packages', () => {
  test('are those whose ends npm run test:peers installs', () => {
    for (const [name, { range, low, high }] of Object.entries(ends)) {
      expect(peerDependencies[name], name).toBe(range);
      expect(range.split(' || ')[0]?.replace(/^\D+/, ''), `${name}: the lowest version is tested`).toBe(low);
      expect(
        satisfies(high, range.split(' || ').at(-1) as string),
        `${name}: the last part of the range is tested`,
      ).toBe(true);
      expect(peerDependenciesMeta[name], name).toEqual({ optional: true });
    }
  });
  test('without ends begin at the version that all tests run with', () => {
    for (const [name, range] of Object.entries(peerDependencies)) {
      if (name in ends) continue;
      expect(range, name).toBe(`^${devDependencies[name]}`);
    }
  });
  test('hold the versions that all tests run with', () => {
    for (const [name, range] of Object.entries(peerDependencies)) {
      expect(satisfies(devDependencies[name] as string, range), `${name} ${devDependencies[name]} in ${range}`).toBe(
        true,
      );
    }
    expect(satisfies('4.1.9', '^3.23.2 || ^4.2.0')).toBe(false);
    expect(satisfies('5.0.0', '^4.2.0')).toBe(false);
    expect(satisfies('0.34.0', '>=0.33.0')).toBe(true);
  });
});
