import { Tanh } from '@tensorflow/tfjs-core';
import { op } from './assembler.js';
import { elementwise, polynomial, type VectorCode } from './elementwise.js';
import { expCode } from './exp.js';

/** Where the exponential takes over from the fit, and where the result is 1 in float32. */
const [MIDDLE, END] = [0.6, 10] as const;

/** (tanh(x) - x) / x^3 in powers of x^2 for |x| <= 0.65, a minimax fit: relative error of tanh 7e-9. */
const INNER = [-0.333332628, 0.133308992, -0.0536929667, 0.0204833169, -0.00552863441] as const;

/** The hyperbolic tangent, to two units in the last place: 1 - 2 / (exp(2 |x|) + 1) away from 0. */
const tanhCode: VectorCode = (x, local) => {
  const { get, set, floats, addFloats, subFloats, mulFloats, divFloats, minFloats, absFloats, lessFloats, select } = op;
  const [s, t, inner] = [local(), local(), local()];
  const outer = subFloats(floats(1), divFloats(floats(2), addFloats(expCode(s, local), floats(1))));
  return [
    set(s, mulFloats(get(x), get(x))),
    set(inner, addFloats(mulFloats(mulFloats(polynomial(s, INNER), get(s)), get(x)), get(x))),
    set(t, minFloats(absFloats(get(x)), floats(END))),
    set(s, addFloats(get(t), get(t))),
    select(lessFloats(get(t), floats(MIDDLE)), get(inner), select(op.ints(0x7fffffff), outer, get(x))),
  ];
};

/** Hyperbolic tangents, of which GELU's approximation is made. */
export const tanhKernel = elementwise(Tanh, tanhCode);
