import type { DataId, DataType, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

/** Bytes per element of the dtypes that live on the WASM heap. */
const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1 };

/** What we use of tfjs-backend-wasm's backend; the package itself is the user's to import. */
export interface WasmBackend {
  /** Where each tensor's data lies. */
  readonly dataIdMap: { get(dataId: DataId): { memoryOffset: number | null } };
  /** The Emscripten module. */
  readonly wasm: { readonly HEAPU8: Uint8Array; readonly asm?: { readonly memory?: unknown } };
  /** Room for a new tensor, or a tensor at an address; it may move the heap, so views are taken afterwards. */
  makeOutput(shape: number[], dtype: DataType, memoryOffset?: number): TensorInfo;
  /** Counts one more tensor on the same data. */
  incRef(dataId: DataId): void;
  /** Frees a tensor that the engine doesn't know of. */
  disposeData(dataId: DataId): boolean;
}

/** Arguments of a kernel, with the inputs and attributes that it names. */
export interface KernelCall<I = NamedTensorInfoMap, A = NamedAttrMap> {
  readonly inputs: I;
  readonly attrs: A;
  readonly backend: WasmBackend;
}

/** A kernel as tfjs calls it. */
export type WasmKernelFunc = (call: KernelCall<never, never>) => TensorInfo | TensorInfo[];

/** A kernel that {@link registerWasmTraining} puts in place; `stock` is the one that it replaces, if any. */
export interface WasmKernel {
  /** Name in tfjs's registry. */
  readonly name: string;
  /** Makes the kernel. */
  readonly make: (stock: WasmKernelFunc) => WasmKernelFunc;
}

/** Bytes of one element. */
export function itemSize(info: TensorInfo): number {
  return BYTES[info.dtype] ?? 0;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** First byte of a tensor on the heap. */
export function address(backend: WasmBackend, info: TensorInfo): number {
  return backend.dataIdMap.get(info.dataId).memoryOffset ?? 0;
}

/** The heap as floats; a tensor starts at {@link floatAddress}. Valid until the next allocation. */
export function floats(backend: WasmBackend): Float32Array {
  return new Float32Array(backend.wasm.HEAPU8.buffer);
}

/** First float of a tensor in {@link floats}. */
export function floatAddress(backend: WasmBackend, info: TensorInfo): number {
  return address(backend, info) / 4;
}

/** A tensor's own floats. Valid until the next allocation. */
export function floatsOf(backend: WasmBackend, info: TensorInfo): Float32Array {
  return new Float32Array(backend.wasm.HEAPU8.buffer, address(backend, info), sizeOf(info.shape));
}

/** A tensor's own int32 numbers. Valid until the next allocation. */
export function intsOf(backend: WasmBackend, info: TensorInfo): Int32Array {
  return new Int32Array(backend.wasm.HEAPU8.buffer, address(backend, info), sizeOf(info.shape));
}

/** A new float32 tensor of zeros. */
export function zeroOutput(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  const out = backend.makeOutput(shape.slice(), 'float32');
  floatsOf(backend, out).fill(0);
  return out;
}
