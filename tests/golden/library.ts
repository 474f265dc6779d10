/** The namespaces that adapters call: those of `src` in tests, those of the built package in `npm run golden`. */
export interface Library {
  readonly layers: typeof import('../../src/layers/index.js');
  readonly losses: typeof import('../../src/losses/index.js');
  readonly transforms: typeof import('../../src/transforms/index.js');
  readonly momentum: typeof import('../../src/momentum/index.js');
  readonly pretext: typeof import('../../src/pretext/index.js');
  readonly probes: typeof import('../../src/probes/index.js');
  readonly training: typeof import('../../src/training/index.js');
}
