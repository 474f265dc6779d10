import { type AssembledFunction, assemble } from './assembler.js';
import type { WasmBackend } from './backend.js';

/** Functions that have been made, by Emscripten module and name. */
const made = new WeakMap<object, Map<string, unknown>>();

/** A function over a backend's memory; null where that is out of reach (threads) or vectors are missing. */
export function vectorFunction<F>(backend: WasmBackend, name: string, code: () => AssembledFunction): F | null {
  const known = made.get(backend.wasm) ?? new Map<string, unknown>();
  made.set(backend.wasm, known);
  if (!known.has(name)) known.set(name, instantiate(backend.wasm.asm?.memory, code()));
  return known.get(name) as F | null;
}

function instantiate(memory: unknown, code: AssembledFunction): unknown {
  if (!(memory instanceof WebAssembly.Memory) || !(memory.buffer instanceof ArrayBuffer)) return null;
  const bytes = assemble(code);
  if (!WebAssembly.validate(bytes)) return null;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return instance.exports[code.name];
}
