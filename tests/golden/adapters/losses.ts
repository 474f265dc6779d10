import {
  add,
  concat,
  mean,
  mul,
  type Rank,
  reshape,
  type Scalar,
  slice,
  stack,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { AdapterCall, Adapters, Outputs } from '../adapter.js';

/** Patches row-major over the image, numbers row-major inside a patch. */
function patches(images: Tensor4D, size: number): Tensor3D {
  const [batch, height, width, channels] = images.shape;
  const found: Tensor3D[] = [];
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      const patch = slice(images, [0, y, x, 0], [batch, size, size, channels]);
      found.push(reshape(patch, [batch, 1, size * size * channels]));
    }
  }
  return concat(found, 1);
}

function infoNceQueueLoss({ lib, inputs, params }: AdapterCall): Scalar {
  const rows = inputs.queue as Tensor2D;
  const queue = new lib.momentum.FeatureQueue({ capacity: rows.shape[0], dim: rows.shape[1], normalize: 'never' });
  queue.enqueue(rows);
  const options = { negatives: queue, temperature: params.temperature };
  const loss = lib.losses.infoNCELoss(inputs.q as Tensor2D, inputs.k as Tensor2D, options);
  queue.dispose();
  return loss;
}

async function infoNceQueueOutputs({ lib, inputs, params }: AdapterCall): Promise<Outputs> {
  const rows = inputs.queue as Tensor2D;
  const [capacity, dim] = rows.shape;
  const queue = new lib.momentum.FeatureQueue({ capacity, dim, normalize: 'onEnqueue' });
  const data = (await rows.data()) as Float32Array;
  const state = { dtype: 'float32' as const, shape: rows.shape, data };
  await queue.setState({ rows: state, pointer: params.pointer, filled: capacity });
  const options = { negatives: queue, temperature: params.temperature };
  const logits = lib.losses.infoNCELogits(inputs.q as Tensor2D, inputs.k as Tensor2D, options);
  queue.enqueue(inputs.k as Tensor2D);
  const outputs = { logits, newQueue: queue.values(), newPointer: queue.pointer };
  queue.dispose();
  return outputs;
}

/** Tokens that were kept at masked positions only, put back among zeros: `[batch, positions, dim]`, and the mask so. */
function everywhere(tokens: Tensor2D, mask: Tensor3D): [Tensor3D, Tensor2D] {
  const [batch, height, width] = mask.shape;
  const dim = tokens.shape[1];
  let row = 0;
  const rows = Array.from(mask.dataSync(), (hidden) => (hidden ? slice(tokens, row++, 1) : zeros<Rank.R2>([1, dim])));
  return [reshape(concat(rows), [batch, height * width, dim]), reshape(mask, [batch, height * width])];
}

/** The crops of `[crops, batch, dim]`; the gradient of `unstack` fails for a single one. */
function cropsOf(x: Tensor3D): Tensor2D[] {
  const [crops, batch, dim] = x.shape;
  return Array.from({ length: crops }, (_, i) => reshape(slice(x, i, 1), [batch, dim]));
}

function viewsOf(h: Tensor2D, views: number): Tensor2D[] {
  const rows = h.shape[0] / views;
  return Array.from({ length: views }, (_, i) => slice(h, i * rows, rows));
}

function colorLoss({ lib, inputs }: AdapterCall): Scalar {
  const { logits, target, weights } = inputs;
  return lib.losses.colorCrossEntropyLoss(logits as Tensor4D, target as Tensor4D, weights as Tensor1D);
}

const pixelsOf = ({ shape: [batch, height, width] }: Tensor4D): number => batch * height * width;

/** Rows of the group 'losses'. */
export const losses: Adapters = {
  ntXent: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.ntXentLoss(inputs.z0 as Tensor2D, inputs.z1 as Tensor2D, { temperature: params.temperature }),
  },
  infoNceQueue: { loss: infoNceQueueLoss, outputs: infoNceQueueOutputs },
  infoNceNegatives: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.infoNCELoss(inputs.query as Tensor2D, inputs.positive as Tensor2D, {
        negatives: inputs.negatives as Tensor2D | Tensor3D,
        temperature: params.temperature,
      }),
  },
  barlowTwins: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.barlowTwinsLoss(inputs.z1 as Tensor2D, inputs.z2 as Tensor2D, { lambda: params.lambda }),
    outputs: ({ lib, inputs }) => ({
      crossCorrelation: lib.losses.crossCorrelation(inputs.z1 as Tensor2D, inputs.z2 as Tensor2D),
    }),
  },
  clipLoss: {
    loss: ({ lib, inputs }) =>
      lib.losses.clipLoss(inputs.a as Tensor2D, inputs.b as Tensor2D, { logitScale: inputs.logitScale as Scalar }),
  },
  sigLip: {
    loss: ({ lib, inputs }) =>
      lib.losses.sigLipLoss(inputs.a as Tensor2D, inputs.b as Tensor2D, {
        logitScale: inputs.logitScale as Scalar,
        logitBias: inputs.logitBias as Scalar,
      }),
  },
  supCon: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.supConLoss(inputs.features as Tensor3D, (inputs.labels ?? null) as Tensor1D | null, {
        temperature: params.temperature,
        baseTemperature: params.baseTemperature,
        contrastMode: params.contrastMode,
        normalize: params.normalize,
      }),
  },
  decoupledContrastive: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.decoupledContrastiveLoss(inputs.z0 as Tensor2D, inputs.z1 as Tensor2D, {
        temperature: params.temperature,
      }),
  },
  decoupledContrastiveWeighted: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.decoupledContrastiveLoss(inputs.z0 as Tensor2D, inputs.z1 as Tensor2D, {
        temperature: params.temperature,
        sigma: params.sigma,
        weighted: true,
      }),
  },
  tripletMargin: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.tripletLoss(inputs.anchor as Tensor2D, inputs.positive as Tensor2D, inputs.negative as Tensor2D, {
        margin: params.margin,
        p: params.p,
        swap: params.swap,
      }),
  },
  contrastiveMargin: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.contrastiveMarginLoss(inputs.x0 as Tensor2D, inputs.x1 as Tensor2D, inputs.similar as Tensor1D, {
        margin: params.margin,
      }),
  },
  mocoV3: {
    loss: ({ lib, inputs, params: { temperature } }) => {
      const one = (q: string, k: string): Scalar => {
        const keys = lib.losses.stopGradient(inputs[k] as Tensor2D);
        return mul(lib.losses.infoNCELoss(inputs[q] as Tensor2D, keys, { temperature }), 2 * temperature);
      };
      return add(one('q1', 'k2'), one('q2', 'k1'));
    },
  },
  vicReg: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.vicRegLoss(inputs.x as Tensor2D, inputs.y as Tensor2D, {
        invariance: params.simCoeff,
        variance: params.stdCoeff,
        covariance: params.covCoeff,
      }),
    outputs: ({ lib, inputs }) => ({ ...lib.losses.vicRegTerms(inputs.x as Tensor2D, inputs.y as Tensor2D) }),
  },
  negativeCosine: {
    loss: ({ lib, inputs }) => lib.losses.negativeCosineLoss(inputs.x0 as Tensor2D, inputs.x1 as Tensor2D),
  },
  simSiam: {
    loss: ({ lib, inputs }) => {
      const one = (p: string, z: string): Scalar =>
        lib.losses.negativeCosineLoss(inputs[p] as Tensor2D, lib.losses.stopGradient(inputs[z] as Tensor2D));
      return mul(add(one('p1', 'z2'), one('p2', 'z1')), 0.5);
    },
  },
  byol: {
    loss: ({ lib, inputs }) => {
      const one = (p: string, z: string): Scalar => lib.losses.byolLoss(inputs[p] as Tensor2D, inputs[z] as Tensor2D);
      return add(one('p1', 'z2'), one('p2', 'z1'));
    },
  },
  sinkhorn: {
    outputs: ({ lib, inputs, params }) => ({
      codes: lib.losses.sinkhorn(inputs.scores as Tensor2D, { epsilon: params.epsilon, iterations: params.iterations }),
    }),
  },
  swav: {
    loss: ({ lib, inputs, params }) => {
      const high = cropsOf(inputs.highRes as Tensor3D);
      const low = inputs.lowRes ? cropsOf(inputs.lowRes as Tensor3D) : [];
      const queue = inputs.queue ? cropsOf(inputs.queue as Tensor3D) : [];
      const codes = high.map((scores, i) => {
        const all = queue[i] ? concat<Tensor2D>([scores, queue[i]]) : scores;
        const options = { epsilon: params.epsilon, iterations: params.iterations };
        return slice(lib.losses.sinkhorn(all, options), 0, scores.shape[0]);
      });
      return lib.losses.swavLoss([...high, ...low], codes, { temperature: params.temperature });
    },
  },
  dino: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.dinoLoss(cropsOf(inputs.student as Tensor3D), cropsOf(inputs.teacher as Tensor3D), {
        center: inputs.center as Tensor1D,
        studentTemperature: params.studentTemp,
        teacherTemperature: params.teacherTemp,
      }),
    outputs: ({ lib, inputs, params }) =>
      tidy(() => {
        const options = { momentum: params.centerMomentum };
        const teacher = cropsOf(inputs.teacher as Tensor3D);
        return { newCenter: lib.losses.updateCenter(inputs.center as Tensor1D, teacher, options) };
      }),
  },
  ibotPatch: {
    loss: ({ lib, inputs, params }) => {
      const [student, mask] = everywhere(inputs.student as Tensor2D, inputs.mask as Tensor3D);
      const [teacher] = everywhere(inputs.teacher as Tensor2D, inputs.mask as Tensor3D);
      return lib.losses.iBotLoss(student, teacher, mask, {
        center: inputs.center as Tensor1D,
        studentTemperature: params.studentTemp,
        teacherTemperature: params.teacherTemp,
      });
    },
    outputs: ({ lib, inputs, params }) => ({
      newCenter: lib.losses.updateCenter(inputs.center as Tensor1D, inputs.teacher as Tensor2D, {
        momentum: params.centerMomentum,
      }),
    }),
  },
  koLeo: {
    loss: ({ lib, inputs, params }) => lib.losses.koLeoLoss(inputs.x as Tensor2D, { epsilon: params.eps }),
  },
  mmcr: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.mmcrLoss(inputs.online as Tensor3D, inputs.momentum as Tensor3D, {
        lambda: params.lambda,
        normalize: params.normalize,
      }),
  },
  msn: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.msnLoss(inputs.anchors as Tensor2D, inputs.targets as Tensor2D, inputs.prototypes as Tensor2D, {
        temperature: params.temperature,
        iterations: params.sinkhornIterations,
        regularization: params.regularizationWeight,
        sharpenTemperature: params.sharpenTemperature,
      }),
  },
  tico: {
    loss: ({ lib, inputs, params }) => {
      const [zA, zB] = [inputs.zA as Tensor2D, inputs.zB as Tensor2D];
      const before = (inputs.covariance ?? null) as Tensor2D | null;
      const covariance = lib.losses.updateCovariance(before, zA, { beta: params.beta });
      return lib.losses.ticoLoss(zA, zB, { covariance, rho: params.rho });
    },
    outputs: ({ lib, inputs, params }) => ({
      newCovariance: lib.losses.updateCovariance(
        (inputs.covariance ?? null) as Tensor2D | null,
        inputs.zA as Tensor2D,
        { beta: params.beta },
      ),
    }),
  },
  wmse: {
    loss: ({ lib, inputs, params }) => {
      const views = viewsOf(inputs.h as Tensor2D, params.views);
      const pairs = views.flatMap((a, i) => views.slice(i + 1).map((b) => [a, b] as const));
      const losses = pairs.map(([a, b]) => lib.losses.wMseLoss(a, b, { epsilon: params.eps }));
      return mean<Scalar>(stack(losses));
    },
    outputs: ({ lib, inputs, params }) =>
      tidy(() => {
        const views = viewsOf(inputs.h as Tensor2D, params.views);
        return { whitened: concat(views.map((view) => lib.losses.whiten(view, { epsilon: params.eps }))) };
      }),
  },
  co2: {
    loss: ({ lib, inputs, params }) => {
      const [z0, z1] = [inputs.z0 as Tensor2D, inputs.z1 as Tensor2D];
      const { alpha, temperature } = params;
      if (!inputs.negatives) return lib.losses.co2Loss(z0, z1, { temperature, alpha });
      const rows = inputs.negatives as Tensor2D; // a memory bank, taken as it is
      const bank = new lib.momentum.FeatureQueue({ capacity: rows.shape[0], dim: rows.shape[1], normalize: 'never' });
      bank.enqueue(rows);
      const loss = lib.losses.co2Loss(z0, z1, { negatives: bank, temperature, alpha });
      bank.dispose();
      return loss;
    },
  },
  simMim: {
    loss: ({ lib, inputs }) =>
      lib.losses.maskedL1Loss(inputs.reconstruction as Tensor4D, inputs.images as Tensor4D, inputs.mask as Tensor3D),
  },
  smoothL1: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.smoothL1Loss(inputs.pred as Tensor, inputs.target as Tensor, {
        beta: params.beta,
        normalizeTarget: params.normalizeTarget,
      }),
  },
  skipGramNegativeSampling: {
    loss: ({ lib, inputs }) =>
      lib.losses.skipGramLoss(inputs.center as Tensor2D, inputs.context as Tensor2D, inputs.negatives as Tensor3D),
  },
  colorBinCrossEntropy: {
    loss: colorLoss,
    outputs: (call) => tidy(() => ({ lossSum: mul(colorLoss(call), pixelsOf(call.inputs.logits as Tensor4D)) })),
  },
  maeReconstruction: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.maskedReconstructionLoss(
        inputs.pred as Tensor3D,
        patches(inputs.images as Tensor4D, params.patchSize),
        inputs.mask as Tensor2D,
        { normalizePatches: params.normPix },
      ),
  },
  alignment: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.alignmentLoss(inputs.x as Tensor2D, inputs.y as Tensor2D, {
        alpha: params.alpha,
        normalize: params.normalize,
      }),
  },
  uniformity: {
    loss: ({ lib, inputs, params }) =>
      lib.losses.uniformityLoss(inputs.x as Tensor2D, { t: params.t, normalize: params.normalize }),
  },
};
