/** Bytes of code; nested lists are joined. */
export type Code = number | readonly Code[];

/** A function of a module: 32-bit integer parameters, further local variables, no result. */
export interface AssembledFunction {
  readonly name: string;
  readonly params: number;
  /** Integer locals; they follow the parameters. */
  readonly integers: number;
  /** Vector locals; they follow the integers. */
  readonly vectors: number;
  readonly body: Code;
}

/** Integers in LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 127;
    rest >>>= 7;
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return bytes;
}

/** A number >= 0 in signed LEB128: the highest bit of the last seven is the sign. */
function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >>> 7)];
}

const text = (s: string): number[] => [...leb(s.length), ...Array.from(s, (c) => c.charCodeAt(0))];
const vector = (...items: Code[]): Code[] => [...leb(items.length), ...items];
const flatten = (code: Code): number[] => ([code] as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
const section = (id: number, content: Code): Code => {
  const bytes = flatten(content);
  return [id, leb(bytes.length), bytes];
};

const I32 = 0x7f;
const V128 = 0x7b;

/** A WebAssembly module of one function that works on an imported memory, `env.memory`. */
export function assemble(f: AssembledFunction): Uint8Array<ArrayBuffer> {
  const locals = vector([leb(f.integers), I32], [leb(f.vectors), V128]);
  const code = flatten([locals, f.body, 0x0b]);
  return Uint8Array.from(
    flatten([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector([0x60, vector(...new Array<number>(f.params).fill(I32)), vector()])),
      section(2, vector([text('env'), text('memory'), 0x02, 0x00, leb(1)])),
      section(3, vector(leb(0))),
      section(7, vector([text(f.name), 0x00, leb(0)])),
      section(10, vector([leb(code.length), code])),
    ]),
  );
}

/** The bytes of a number, four times over. */
function four(bytes: ArrayBufferLike): number[] {
  return new Array(4).fill(Array.from(new Uint8Array(bytes))).flat();
}

/** Instructions. */
export const op = {
  get: (local: number): Code => [0x20, leb(local)],
  set: (local: number, value: Code): Code => [value, 0x21, leb(local)],
  /** An integer constant >= 0. */
  int: (value: number): Code => [0x41, signedLeb(value)],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  sub: (a: Code, b: Code): Code => [a, b, 0x6b],
  mul: (a: Code, b: Code): Code => [a, b, 0x6c],
  and: (a: Code, b: Code): Code => [a, b, 0x71],
  /** Shifts to the right, zeros coming in. */
  shift: (a: Code, bits: Code): Code => [a, bits, 0x76],
  /** Repeats the body as long as the last expression is not 0. */
  repeat: (body: Code, again: Code): Code => [0x03, 0x40, body, again, 0x0d, 0, 0x0b],
  /** Runs the body if the expression is not 0. */
  when: (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b],
  less: (a: Code, b: Code): Code => [a, b, 0x49],
  /** Four floats from an address plus a constant offset. */
  load: (address: Code, offset = 0): Code => [address, 0xfd, 0x00, 2, leb(offset)],
  /** One float, four times. */
  splat: (address: Code, offset = 0): Code => [address, 0xfd, 0x09, 2, leb(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0xfd, 0x0b, 2, leb(offset)],
  /** The first of four floats. */
  storeFirst: (address: Code, value: Code): Code => [address, value, 0xfd, 0x5a, 2, 0, 0],
  /** A float constant, four times. */
  floats: (value: number): Code => [0xfd, 0x0c, four(Float32Array.of(value).buffer)],
  /** An integer constant, four times. */
  ints: (value: number): Code => [0xfd, 0x0c, four(Int32Array.of(value).buffer)],
  addFloats: (a: Code, b: Code): Code => [a, b, 0xfd, 0xe4, 0x01],
  subFloats: (a: Code, b: Code): Code => [a, b, 0xfd, 0xe5, 0x01],
  mulFloats: (a: Code, b: Code): Code => [a, b, 0xfd, 0xe6, 0x01],
  divFloats: (a: Code, b: Code): Code => [a, b, 0xfd, 0xe7, 0x01],
  /** The smaller one, `a` where it is not a number. */
  minFloats: (a: Code, b: Code): Code => [a, b, 0xfd, 0xea, 0x01],
  /** The larger one, NaN where either is. */
  maxFloats: (a: Code, b: Code): Code => [a, b, 0xfd, 0xe9, 0x01],
  absFloats: (a: Code): Code => [a, 0xfd, 0xe0, 0x01],
  /** All bits set where a < b. */
  lessFloats: (a: Code, b: Code): Code => [a, b, 0xfd, 0x43],
  addInts: (a: Code, b: Code): Code => [a, b, 0xfd, 0xae, 0x01],
  shiftInts: (a: Code, bits: Code): Code => [a, bits, 0xfd, 0xab, 0x01],
  /** The four floats turned by some places, so that the first comes from place `by`. */
  turn: (a: Code, by: number): Code => [a, a, 0xfd, 0x0d, Array.from({ length: 16 }, (_, i) => (i + 4 * by) % 16)],
  /** `a` without the bits of `b`. */
  without: (a: Code, b: Code): Code => [a, b, 0xfd, 0x4f],
  /** Bits of `a` where those of the mask are set, else of `b`. */
  select: (mask: Code, a: Code, b: Code): Code => [a, b, mask, 0xfd, 0x52],
} as const;
