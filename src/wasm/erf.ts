import { Erf } from '@tensorflow/tfjs-core';
import { op } from './assembler.js';
import { elementwise, polynomial, type VectorCode } from './elementwise.js';
import { expCode } from './exp.js';

/** Where the second fit takes over from the first, and where the result is 1 in float32. */
const [MIDDLE, END] = [0.93, 4.1] as const;

/** erf(x) / x - 1 in powers of x^2 for |x| <= 0.95, a minimax fit: absolute error of erf 3e-10. */
const INNER = [
  0.128379166, -0.3761262, 0.112835661, -0.0268540531, 0.00519029563, -0.000803931674, 7.98776455e-5,
] as const;

/** log(1 - erf(x)) in powers of x for 0.9 <= x <= 4.1, likewise: absolute error of erf 2e-9. */
const OUTER = [
  -0.000177495458, -1.12774956, -0.637059748, -0.104037352, 0.0222770851, -0.00305560697, 0.000197181653,
] as const;

/** The error function, to 1e-7. */
const erfCode: VectorCode = (x, local) => {
  const { get, set, floats, addFloats, subFloats, mulFloats, minFloats, absFloats, lessFloats, select } = op;
  const [s, t, inner] = [local(), local(), local()];
  const outer = subFloats(floats(1), expCode(s, local));
  return [
    set(s, mulFloats(get(x), get(x))),
    set(inner, addFloats(mulFloats(polynomial(s, INNER), get(x)), get(x))),
    set(t, minFloats(absFloats(get(x)), floats(END))),
    set(s, polynomial(t, OUTER)),
    select(lessFloats(get(t), floats(MIDDLE)), get(inner), select(op.ints(0x7fffffff), outer, get(x))),
  ];
};

/** The error function, of which GELU is made. */
export const erfKernel = elementwise(Erf, erfCode);
