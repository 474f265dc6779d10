// By way of the bits of float32, sign 1, exponent 8, fraction 23; half precision has 1, 5, 10, bfloat16 1, 8, 7.

/** float32 of IEEE half precision; exact. */
export function fromHalves(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i] as number;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const fraction = half & 0x3ff;
    if (exponent === 0) out[i] = (sign === 0 ? fraction : -fraction) * 2 ** -24;
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  }
  return out;
}

/** IEEE half precision of float32, rounded to the nearest, of two to the even one; beyond 65504 infinite. */
export function toHalves(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (all, i) => {
    const sign = (all >>> 16) & 0x8000;
    const size = all & 0x7fffffff;
    if (size > 0x7f800000) return sign | 0x7e00 | ((size >> 13) & 0x3ff);
    if (size >= 0x477ff000) return sign | 0x7c00;
    const steps = size < 0x38800000 ? Math.abs(values[i] as number) * 2 ** 24 : (size - 0x38000000) / 2 ** 13;
    return sign | nearestEven(steps);
  });
}

/** float32 of bfloat16; exact. */
export function fromBfloats(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** bfloat16 of float32, rounded to the nearest, of two to the even one. */
export function toBfloats(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (all) =>
    (all & 0x7fffffff) > 0x7f800000 ? (all >>> 16) | 0x40 : nearestEven(all / 2 ** 16),
  );
}

function nearestEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return low + (rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? 1 : 0);
}
