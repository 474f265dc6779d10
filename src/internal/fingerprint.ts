import { gather, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { type ArrayData, type Data, isTensorData } from './arrayData.js';
import { isTensor } from './checks.js';

/** Bytes of one array on the host that are read at most: all of a data set of usual size, evenly spaced blocks of others. */
const HOST_BYTES = 2 ** 26;
const BLOCK_BYTES = 2 ** 14;
/** Elements of a tensor that are read back at most, in whole rows. */
const TENSOR_ELEMENTS = 2 ** 22;

/** A 64-bit hash of bytes and texts, fed piece by piece: it discriminates data sets, and is no protection against forgery. */
class Hash {
  private a = 0x9e3779b9;
  private b = 0x243f6a88;

  word(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x85ebca6b);
    this.a = (this.a << 13) | (this.a >>> 19);
    this.b = Math.imul(this.b ^ this.a, 0xc2b2ae35) + value;
    this.b = (this.b << 15) | (this.b >>> 17);
  }

  bytes(view: ArrayBufferView): void {
    const { buffer, byteOffset, byteLength } = view;
    const words = byteLength >> 2;
    this.word(byteLength);
    if (byteOffset % 4 === 0) for (const value of new Uint32Array(buffer, byteOffset, words)) this.word(value);
    else {
      const data = new DataView(buffer, byteOffset, byteLength);
      for (let i = 0; i < words; i++) this.word(data.getUint32(4 * i, true));
    }
    for (const value of new Uint8Array(buffer, byteOffset + 4 * words, byteLength - 4 * words)) this.word(value);
  }

  text(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }

  digest(): string {
    for (let i = 0; i < 4; i++) this.word(i);
    return [this.a, this.b].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** What discriminates one data set from another: dtype, shape, and a hash of its bytes, or of a sample of them. */
export async function dataFingerprint(data: Data): Promise<string> {
  const hash = new Hash();
  if (isTensorData(data)) await addTensor(hash, data);
  else addHost(hash, data.data);
  return `${isTensorData(data) ? data.dtype : dtypeOf(data.data)} [${data.shape.join(', ')}] ${hash.digest()}`;
}

/** The same of anything that holds tensors, arrays and plain values: a batch, say. */
export async function valueFingerprint(value: unknown): Promise<string> {
  const hash = new Hash();
  const kinds: string[] = [];
  const add = async (path: string, item: unknown): Promise<void> => {
    hash.text(path);
    if (isTensor(item)) {
      kinds.push(`${item.dtype} [${item.shape.join(', ')}]`);
      hash.text(kinds.at(-1) as string);
      await addTensor(hash, item);
    } else if (ArrayBuffer.isView(item)) addHost(hash, item);
    else if (typeof item === 'object' && item !== null) {
      for (const [name, entry] of Object.entries(item)) await add(`${path}/${name}`, entry);
    } else hash.text(`${typeof item} ${String(item)}`);
  };
  await add('', value);
  return [...kinds.slice(0, 4), hash.digest()].join(' ');
}

/** `count` indices below n, evenly spaced, both ends among them; all where there are no more. */
export function evenlySpaced(n: number, count: number): number[] {
  if (n <= count) return Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.floor((i * (n - 1)) / Math.max(1, count - 1)));
}

function dtypeOf(data: ArrayData['data']): string {
  return data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bytes';
}

function addHost(hash: Hash, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
  if (byteLength <= HOST_BYTES) {
    hash.bytes(new Uint8Array(buffer, byteOffset, byteLength));
    return;
  }
  hash.word(byteLength);
  for (const block of evenlySpaced(Math.floor(byteLength / BLOCK_BYTES), HOST_BYTES / BLOCK_BYTES)) {
    hash.bytes(new Uint8Array(buffer, byteOffset + block * BLOCK_BYTES, BLOCK_BYTES));
  }
}

async function addTensor(hash: Hash, x: Tensor): Promise<void> {
  const [rows = 1] = x.shape;
  const count = Math.max(1, Math.floor(TENSOR_ELEMENTS / (x.size / Math.max(1, rows))));
  const sample = x.size <= TENSOR_ELEMENTS || x.rank === 0 ? x : rowsOf(x, evenlySpaced(rows, count));
  try {
    const values: unknown = await sample.data();
    if (ArrayBuffer.isView(values)) hash.bytes(values);
    else for (const text of values as string[]) hash.text(String(text));
  } finally {
    if (sample !== x) sample.dispose();
  }
}

function rowsOf(x: Tensor, rows: number[]): Tensor {
  return tidy(() => gather(x, tensor1d(rows, 'int32')));
}
