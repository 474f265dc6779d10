import { cos, grads, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';
import { rows } from './rows.js';

// On WebGL a tensor of odd sizes has texels beyond its last row and column. They are 0 where the tensor was uploaded, and
// cos(0) = 1 where a kernel computed it; products of tfjs's add them. See src/internal/matMul.ts.
onEveryBackend('losses of tensors that a kernel computed', () => {
  describe.each(rows)('$name', ({ shapes, loss, differentiable }) => {
    test('are those of the same values uploaded, gradients too', async () => {
      const computed = shapes.map((shape, i) => hold(cos(normals(i, [...shape], 3))));
      const uploaded: Tensor[] = [];
      for (const x of computed) uploaded.push(hold(tensor(await x.data(), x.shape, 'float32')));
      await expectClose(hold(loss(...computed)), hold(loss(...uploaded)), { rtol: 1e-5, atol: 1e-6 });
      if (differentiable.length === 0) return;
      const slopes = (given: readonly Tensor[]): Tensor[] =>
        grads((...inputs: Tensor[]) => loss(...given.map((x, i) => inputs[differentiable.indexOf(i)] ?? x)))(
          differentiable.map((i) => given[i] as Tensor),
        );
      const expected = slopes(uploaded).map(hold);
      for (const [i, slope] of slopes(computed).map(hold).entries()) {
        await expectClose(slope, expected[i] as Tensor, { rtol: 1e-4, atol: 1e-6 });
      }
    });
  });
});
