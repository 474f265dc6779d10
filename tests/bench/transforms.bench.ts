import { mul, randomUniform, type Scalar, type Tensor, type Tensor4D, tidy, train } from '@tensorflow/tfjs-core';
import { SimCLR } from '../../src/methods/index.js';
import { resNet18 } from '../../src/models/index.js';
import { foldIn } from '../../src/random/index.js';
import {
  barlowTwinsPolicy,
  byolPolicy,
  dinoPolicy,
  maePolicy,
  mocoV2Policy,
  randAugment,
  simclrPolicy,
  swavPolicy,
  type Transform,
  type Views,
} from '../../src/transforms/index.js';
import { compareAsync, report } from './harness.js';
import { type Backend, type BenchOptions, shrunk } from './options.js';
import { plainSimclr } from './plainSimclr.js';
import { start } from './start.js';

const SIZES = [
  [256, 32],
  [64, 96],
] as const;

export const backends: readonly Backend[] = ['cpu', 'wasm', 'webgl', 'webgpu'];

/** Policies against one elementwise pass, the plain way and the training step that they feed. */
export async function bench(options: BenchOptions): Promise<void> {
  await start(options.backend);
  for (const [batch, size] of SIZES) await policies(shrunk(batch, options), size, options.rounds);
  if (options.backend === 'cpu') console.log('the step of resNet18: left out, minutes long on cpu');
  else for (const [batch, size] of SIZES) await step(shrunk(batch / 8, options), size, options.rounds);
}

async function policies(batch: number, size: number, rounds: number): Promise<void> {
  const x = randomUniform([batch, size, size, 3]) as Tensor4D;
  let seed = 0;
  const all: Record<string, () => Tensor | Tensor[]> = {
    simclr: call(simclrPolicy({ size, strength: 1, blur: true })),
    'simclr, CIFAR form': call(simclrPolicy({ size, strength: 0.5, blur: false })),
    mocoV2: call(mocoV2Policy({ size, blur: true })),
    'byol (2 views)': call(byolPolicy({ size, blur: true })),
    'barlowTwins (2 views)': call(barlowTwinsPolicy({ size, blur: true })),
    'swav (8 views)': call(swavPolicy({ size, blur: true })),
    'dino (10 views)': call(dinoPolicy({ size, blur: true })),
    mae: call(maePolicy({ size })),
    randAugment: call(randAugment()),
  };
  function call(policy: Transform<unknown> | Views): () => Tensor | Tensor[] {
    return () => policy(x, seed++);
  }
  console.log(`${batch} x ${size} x ${size} x 3`);
  const times = await compareAsync({ pass: () => mul(x, 0.5), ...all } as Record<string, () => Tensor>, { rounds });
  for (const name of Object.keys(all)) {
    report(
      `  ${name}, ${Math.round((1000 * batch) / (times[name] as number))} images/s: / one pass`,
      times[name] as number,
      times.pass as number,
    );
  }
  const plain = await compareAsync(
    {
      plain: () => plainSimclr(x, size, 1, true, seed++),
      plainSmall: () => plainSimclr(x, size, 0.5, false, seed++),
      ours: all.simclr as () => Tensor,
      oursSmall: all['simclr, CIFAR form'] as () => Tensor,
    },
    { rounds: Math.ceil(rounds / 2), warmUp: 1 },
  );
  report('  simclr: ours / plain tfjs, image by image', plain.ours, plain.plain, 1 / 5);
  report('  simclr, CIFAR form: ours / plain tfjs', plain.oursSmall, plain.plainSmall, 1 / 5);
  x.dispose();
}

/** Two SimCLR views against the whole step of resNet18 that they feed. */
async function step(batch: number, size: number, rounds: number): Promise<void> {
  const encoder = resNet18({ variant: size <= 64 ? 'cifar' : 'imagenet', inputShape: [size, size, 3] });
  const method = new SimCLR({ encoder });
  const optimizer = train.adam(1e-3, 0.9, 0.999, 1e-8);
  const x = randomUniform([batch, size, size, 3]) as Tensor4D;
  let seed = 0;
  const times = await compareAsync(
    {
      views: () => Object.values(method.prepare(x, foldIn(1, seed++))) as Tensor[],
      step: () =>
        tidy(() => {
          const prepared = method.prepare(x, foldIn(2, seed++));
          return optimizer.minimize(() => method.loss(prepared), true, method.variables) as Scalar;
        }),
    },
    { rounds: Math.ceil(rounds / 3), warmUp: 1 },
  );
  report(`2 simclr views of ${batch} x ${size} x ${size} / the step of resNet18`, times.views, times.step, 1 / 5);
  method.dispose();
  encoder.dispose();
  x.dispose();
}
