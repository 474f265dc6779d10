import { dispose, type Tensor2D, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { HostRows } from '../internal/hostRows.js';
import { matMul } from '../internal/matMul.js';
import { type PrincipalComponents, principalComponents } from '../internal/principalComponents.js';
import { type RowBlocks, rowBlocks, rowFrame } from '../internal/rowBlocks.js';

/** Rows along their principal components. */
export interface ReducedRows {
  readonly found: PrincipalComponents;
  /** `[rows, count]`. */
  readonly scores: Float32Array;
}

/** Steps of a matrix of products that the host takes in float64; more go to the backend. */
const HOST_STEPS = 2 ** 27;
/** Variances below this share of the total count as none. */
const NO_VARIANCE = 1e-12;

/** Principal components and coordinates along them, each divided by its deviation where `whiten` says so. */
export async function reduceRows(x: HostRows, components: number, whiten: boolean): Promise<ReducedRows> {
  const { rows, dim } = x;
  const frame = rowFrame(x);
  const blocks = rowBlocks(x, frame, components);
  try {
    const large = dim <= rows && rows * dim * dim > HOST_STEPS;
    const products = large ? (await gramOf(blocks)).map((v) => v / frame.scale ** 2) : undefined;
    const found = principalComponents(x, components, products);
    const turned = new Float32Array(dim * found.count);
    for (let k = 0; k < found.count; k++) {
      const variance = found.variances[k] as number;
      const unit = variance > NO_VARIANCE * found.totalVariance ? 1 / Math.sqrt(variance) : 0;
      const factor = (whiten ? unit : 1) / frame.scale;
      for (let c = 0; c < dim; c++) turned[c * found.count + k] = (found.components[k * dim + c] as number) * factor;
    }
    return { found, scores: await productsOf(blocks, turned, found.count) };
  } finally {
    blocks.dispose();
  }
}

/** Sum of the products of columns, `[dim, dim]`: in float32 within a block, in float64 over blocks. */
async function gramOf(blocks: RowBlocks): Promise<Float64Array> {
  const out = new Float64Array(blocks.dim ** 2);
  await blocks.each(async (block) => {
    const product: Tensor2D = tidy(() => matMul(transpose(block), block));
    try {
      const part = await product.data();
      for (let i = 0; i < out.length; i++) (out[i] as number) += part[i] as number;
    } finally {
      dispose(product);
    }
  });
  return out;
}

/** Products of all rows with `[dim, count]`. */
async function productsOf(blocks: RowBlocks, columns: Float32Array, count: number): Promise<Float32Array> {
  const out = new Float32Array(blocks.rows * count);
  const right = tensor2d(columns, [blocks.dim, count], 'float32');
  try {
    await blocks.each(async (block, start) => {
      const product: Tensor2D = tidy(() => matMul(block, right));
      try {
        out.set(await product.data(), start * count);
      } finally {
        dispose(product);
      }
    });
  } finally {
    dispose(right);
  }
  return out;
}
