import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, makeConsumer, tfjs } from './consumer.js';

const { exports, typesVersions } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, unknown>;
  typesVersions: Record<string, Record<string, string[]>>;
};
const subpaths = Object.keys(exports).filter((name) => name !== './package.json');

/** A program that takes types and values from every subpath, by name and from the root. */
const program = `
${subpaths.map((name, i) => `import * as part${i} from '${name.replace('.', 'selfsup')}';`).join('\n')}
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { losses, random, ShapeError, RangeError, type transforms } from 'selfsup';
import { ntXentLoss, type NtXentOptions } from 'selfsup/losses';
import type { ProbeReport } from 'selfsup/report';
const options: NtXentOptions = { temperature: 0.2 };
const same: losses.NtXentOptions = options;
export const seed: random.Seed = random.foldIn(1, 2);
export type T = transforms.Transform<unknown>;
export type R = ProbeReport;
export const f = (a: Tensor2D, b: Tensor2D): Scalar => ntXentLoss(a, b, same);
// @ts-expect-error the temperature is a number
export const g = (a: Tensor2D): Scalar => losses.ntXentLoss(a, a, { temperature: 'hot' });
export const names: string[] = [new ShapeError('x').name, new RangeError('x').name];
export const parts = [${subpaths.map((_, i) => `part${i}`).join(', ')}];
`;

const compilers = { 'TypeScript 5.9': 'typescript', 'TypeScript 6': 'ts-6' };
const settings = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  'commonjs with node10': { module: 'commonjs', moduleResolution: 'node10' },
};

describe('declarations of the packed library', () => {
  let consumer: Consumer;
  beforeAll(() => {
    consumer = makeConsumer(...tfjs, '@types', 'fast-check');
    for (const name of ['use.mts', 'use.cts', 'use.ts']) consumer.write(name, program);
  });
  afterAll(() => consumer.dispose());

  /** Errors in our declarations and in the program; those in other declarations, tfjs's above all, are theirs. */
  function check(compiler: string, options: object, files: string[]): string[] {
    const compilerOptions = {
      strict: true,
      target: 'es2022',
      noEmit: true,
      types: ['node'],
      skipLibCheck: false,
      ...options,
    };
    consumer.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    const tsc = resolve('node_modules', compiler, 'bin/tsc');
    const { stdout, stderr } = spawnSync('node', [tsc, '-p', '.', '--pretty', 'false'], {
      cwd: consumer.folder,
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line !== '' && !/^\s/.test(line) && !/node_modules\/(?!selfsup\/)/.test(line));
  }

  describe.each(Object.entries(compilers))('%s', (_, compiler) => {
    test('is the version that it says', () => {
      const { version } = JSON.parse(readFileSync(join('node_modules', compiler, 'package.json'), 'utf8'));
      expect(version).toMatch(compiler === 'typescript' ? /^5\.9\./ : /^6\./);
    });
    test.each(Object.entries(settings))('%s has no error with skipLibCheck off', (name, options) => {
      const old = name.endsWith('node10') && compiler === 'ts-6' ? { ignoreDeprecations: '6.0' } : {};
      const files = name === 'node16' ? ['use.mts', 'use.cts'] : ['use.ts'];
      expect(check(compiler, { ...options, ...old }, files)).toEqual([]);
    });
    test('an error in a declaration of ours would be seen', () => {
      const file = consumer.write('node_modules/selfsup/dist/wrong.d.ts', 'export declare const wrong: Missing;\n');
      consumer.write('wrong.ts', "import './node_modules/selfsup/dist/wrong.js';\n");
      expect(existsSync(file)).toBe(true);
      expect(check(compiler, settings.bundler, ['wrong.ts']).join()).toContain("Cannot find name 'Missing'");
    });
  });
  test('every subpath is in typesVersions, for the resolution of old', () => {
    expect(Object.keys(typesVersions['*'] ?? {}).sort()).toEqual(
      subpaths
        .filter((name) => name !== '.')
        .map((name) => name.slice(2))
        .sort(),
    );
  });
});
