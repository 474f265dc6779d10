import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromium } from './tests/helpers/chromium.js';

/** Files that every backend runs; `*.node.test.ts` need Node and run once. */
const everywhere = { include: ['tests/**/*.test.ts'], exclude: ['tests/**/*.node.test.ts'] };

const inNode = (name: string) => ({
  test: { name, ...everywhere, setupFiles: [`tests/helpers/setup.${name}.ts`], isolate: false, testTimeout: 60_000 },
});

const inBrowser = (name: string) => ({
  optimizeDeps: {
    include: [
      ...['fast-check', 'fast-png', 'vega', 'vega-lite', '@tensorflow/tfjs-layers'],
      `@tensorflow/tfjs-backend-${name}`,
    ],
  },
  test: {
    name,
    ...everywhere,
    setupFiles: [`tests/helpers/setup.${name}.ts`],
    isolate: false,
    testTimeout: 120_000,
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromium() }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

/** Examples import the package by name; here that is its source, not what was last built. */
const alias = [{ find: /^selfsup\/(\w+)$/, replacement: `${import.meta.dirname}/src/$1/index.ts` }];

/** What looks at the packed tarball as a user's project does: `npm run test:package`, after a build. */
const packaged = ['tests/package/*.node.test.ts', 'tests/docs/programs.node.test.ts'];

export default defineConfig({
  test: {
    maxWorkers: 2, // by default one less than there are cores
    projects: [
      inNode('cpu'),
      inNode('wasm'),
      {
        resolve: { alias },
        test: {
          name: 'node',
          include: ['tests/**/*.node.test.ts'],
          exclude: packaged,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      { test: { name: 'package', include: packaged, testTimeout: 240_000, hookTimeout: 240_000 } },
      inBrowser('webgl'),
      inBrowser('webgpu'),
    ],
  },
});
