/** Backends that a benchmark may run on. */
export type Backend = 'cpu' | 'wasm' | 'webgl' | 'webgpu';

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** The backend that is measured. */
  readonly backend: Backend;
  /** Rounds of a comparison; what is slow gets fewer, what is fast more. */
  readonly rounds: number;
  /** Batches are this many times smaller, but no smaller than 4. */
  readonly shrink: number;
}

/** A file `*.bench.ts`. */
export interface BenchModule {
  /** Backends that it runs on. */
  readonly backends: readonly Backend[];
  readonly bench: (options: BenchOptions) => Promise<void>;
}

/** What a backend can do in a minute or two; the GPUs are software ones in headless Chromium. */
export const DEFAULTS: Readonly<Record<Backend, Omit<BenchOptions, 'backend'>>> = {
  cpu: { rounds: 2, shrink: 8 },
  wasm: { rounds: 9, shrink: 1 },
  webgl: { rounds: 3, shrink: 4 },
  webgpu: { rounds: 3, shrink: 4 },
};

/** A batch of a benchmark, made smaller; a multiple of 4. */
export function shrunk(batch: number, { shrink }: BenchOptions): number {
  return Math.max(4, 4 * Math.round(batch / shrink / 4));
}
