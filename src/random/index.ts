export {
  type BernoulliOptions,
  bernoulli,
  type IntegersOptions,
  integers,
  normal,
  permutation,
  uniform,
} from './draws.js';
export { foldIn, type RandomKey, randomKey, type Seed, split } from './key.js';
