import {
  _FusedMatMul,
  BatchMatMul,
  broadcast_util,
  engine,
  type Tensor,
  type TensorInfo,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { isRepeated, withAlias } from './alias.js';
import {
  address,
  floatAddress,
  floats,
  type KernelCall,
  sizeOf,
  type WasmBackend,
  type WasmKernel,
  type WasmKernelFunc,
  zeroOutput,
} from './backend.js';
import { addCrossProduct, crossProductOf, fitsCrossProduct } from './crossProduct.js';
import { TILE, tileProductOf } from './tileProduct.js';

/** Products of fewer multiplications than this are fastest with the stock kernel, however it is called. */
const SMALL = 20 ** 3;

/** Products of a batch of at most this many multiplications each are fastest without packing. */
const TILED = 160 ** 3;

interface Attrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

type Call = KernelCall<{ a: Tensor; b: Tensor }, Attrs>;

/**
 * Matrix products. tfjs's kernel is fast for one product without transposition only: operands are transposed first, and
 * a batch is a loop over single products; small ones of a batch have a product of their own.
 */
export const batchMatMul: WasmKernel = {
  name: BatchMatMul,
  make: (stock) => (call: Call) => {
    const tiled = tiles(call);
    if (tiled !== null) return tiled;
    if (isLeft(call)) return stock(call as never);
    const crossed = cross(call);
    if (crossed !== null) return crossed;
    return tidy(() => product(call.backend, ...straightened(call), stock));
  },
};

/** Products with bias and activation: operands are transposed first. */
export const fusedMatMul: WasmKernel = {
  name: _FusedMatMul,
  make: (stock) => (call: Call) => {
    if (isLeft(call)) return stock(call as never);
    return tidy(() => {
      const [a, b] = straightened(call);
      const attrs = { ...call.attrs, transposeA: false, transposeB: false };
      const run = (right: TensorInfo) =>
        stock({ ...call, inputs: { ...call.inputs, a, b: right }, attrs } as never) as TensorInfo;
      return engine().makeTensorFromTensorInfo(isRepeated(b) ? run(b) : withAlias(call.backend, b, run));
    });
  },
};

/** Whether to leave a product to the stock kernel as it is: other dtypes, and small ones of a batch or transposed. */
function isLeft({ inputs: { a, b }, attrs }: Call): boolean {
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || a.size === 0 || b.size === 0) return true;
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const single = sizeOf(outerA) === 1 && sizeOf(outerB) === 1;
  if (single && !attrs.transposeA && !attrs.transposeB) return false;
  const n = b.shape.at(attrs.transposeB ? -2 : -1) as number;
  const plain = sizeOf(outerA) === 1 || sizeOf(outerB) === 1 || String(outerA) === String(outerB);
  return plain && sizeOf(a.shape.slice(-2)) * n < SMALL;
}

/** The products of a batch of small matrices. */
function tiles({ inputs: { a, b }, attrs, backend }: Call): Tensor | null {
  const outer = a.shape.slice(0, -2);
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || sizeOf(outer) < 2) return null;
  const [m, k] = (attrs.transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2)) as [number, number];
  const [k2, n] = (attrs.transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2)) as [number, number];
  if (m < TILE.rows || n < TILE.columns || k !== k2 || k === 0 || m * k * n > TILED) return null;
  const product = String(outer) === String(b.shape.slice(0, -2)) ? tileProductOf(backend) : null;
  if (product === null) return null;
  return tidy(() => {
    const right = attrs.transposeB ? swapped(b) : b;
    const out = backend.makeOutput([...outer, m, n], 'float32');
    const [atA, atB, atC] = [a, right, out].map((info) => address(backend, info)) as [number, number, number];
    const [rowStep, columnStep] = attrs.transposeA ? [4, 4 * m] : [4 * k, 4];
    for (let i = 0; i < sizeOf(outer); i++) {
      product(atA + 4 * i * m * k, atB + 4 * i * k * n, atC + 4 * i * m * n, m, k, n, rowStep, columnStep);
    }
    return engine().makeTensorFromTensorInfo(out);
  });
}

/** The first operand transposed, where the widths allow {@link addCrossProduct}. */
function cross({ inputs: { a, b }, attrs, backend }: Call): TensorInfo | null {
  const [rows, m] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  const outer = a.shape.slice(0, -2);
  const kind = attrs.transposeA && !attrs.transposeB && String(outer) === String(b.shape.slice(0, -2));
  const product = kind && fitsCrossProduct(m, n) ? crossProductOf(backend) : null;
  if (product === null || b.shape.at(-2) !== rows) return null;
  const out = zeroOutput(backend, [...outer, m, n]);
  const [atA, atB, atC] = [a, b, out].map((info) => address(backend, info)) as [number, number, number];
  for (let i = 0; i < sizeOf(outer); i++) {
    const at = [atA + 4 * i * rows * m, atB + 4 * i * rows * n, atC + 4 * i * m * n] as const;
    addCrossProduct(product, at, [rows, m, n]);
  }
  return out;
}

/** Both operands, transposed where the call asks for it. */
function straightened({ inputs: { a, b }, attrs }: Call): [Tensor, Tensor] {
  return [attrs.transposeA ? swapped(a) : a, attrs.transposeB ? swapped(b) : b];
}

function swapped(x: Tensor): Tensor {
  const last = x.rank - 1;
  return transpose(x, [...Array.from({ length: last - 1 }, (_, i) => i), last, last - 1]);
}

/** `a` [..., m, k] times `b` [..., k, n], with broadcasting of the outer axes. */
function product(backend: WasmBackend, a: Tensor, b: Tensor, stock: WasmKernelFunc): Tensor {
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [m, k] = a.shape.slice(-2) as [number, number];
  const [k2, n] = b.shape.slice(-2) as [number, number];
  if (k !== k2) {
    throw new Error(`matMul: inner shapes of a and b must match, got [${a.shape}] and [${b.shape}].`);
  }
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  if (sizeOf(outerB) === 1) {
    const run = (right: TensorInfo) => multiply(backend, stock, view(a, [1, a.size / k, k]), view(right, [1, k, n]));
    const whole = isRepeated(b) ? run(b) : withAlias(backend, b, run);
    return engine().makeTensorFromTensorInfo({ ...whole, shape: [...outer, m, n] });
  }
  const out = backend.makeOutput([...outer, m, n], 'float32');
  const [rowsA, rowsB] = [offsets(outer, outerA), offsets(outer, outerB)];
  for (let i = 0; i < sizeOf(outer); i++) {
    const [startA, startB] = [(rowsA[i] as number) * m * k, (rowsB[i] as number) * k * n];
    const times = (left: TensorInfo) => (right: TensorInfo) => multiply(backend, stock, left, right);
    const right = (left: TensorInfo) => withAlias(backend, b, times(left), [1, k, n], startB);
    const one = withAlias(backend, a, right, [1, m, k], startA);
    const [from, to] = [floatAddress(backend, one), floatAddress(backend, out) + i * m * n];
    floats(backend).copyWithin(to, from, from + m * n);
    backend.disposeData(one.dataId);
  }
  return engine().makeTensorFromTensorInfo(out);
}

const view = (x: TensorInfo, shape: number[]): TensorInfo => ({ dataId: x.dataId, dtype: x.dtype, shape });

function multiply(backend: WasmBackend, stock: WasmKernelFunc, a: TensorInfo, b: TensorInfo): TensorInfo {
  return stock({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend } as never) as TensorInfo;
}

/** Which matrix of an operand belongs to each of the result. */
function offsets(outer: readonly number[], own: readonly number[]): number[] {
  const lead = outer.length - own.length;
  return Array.from({ length: sizeOf(outer) }, (_, index) => {
    let [rest, offset, step] = [index, 0, 1];
    for (let axis = outer.length - 1; axis >= lead; axis--) {
      const size = own[axis - lead] as number;
      const i = rest % (outer[axis] as number);
      rest = (rest - i) / (outer[axis] as number);
      offset += (size === 1 ? 0 : i) * step;
      step *= size;
    }
    return offset;
  });
}
