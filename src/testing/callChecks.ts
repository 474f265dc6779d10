import { Broken } from './broken.js';
import type { Observed, Output } from './observe.js';
import type { Law } from './runLaws.js';

/** The one tensor of a result. */
export function only({ outputs, result }: Observed): Output {
  const [output, ...more] = outputs;
  if (output === undefined || output.path !== '' || more.length > 0) {
    throw new Broken('one tensor', outputs.length > 0 ? `${outputs.length} in an object` : String(result));
  }
  return output;
}

/** Laws of any function of tensors: it leaves its inputs alone, and alive just what it returns. */
export function checkCall<S>(call: (subject: S) => Promise<Observed>, returned?: number): Law<S>[] {
  return [
    {
      name: 'leaves its input alone',
      check: async (subject) => {
        const { damage } = await call(subject);
        if (damage !== null) throw new Broken('inputs alive, as they were, and not returned', damage);
      },
    },
    {
      name: 'leaves no tensor behind',
      check: async (subject) => {
        const { kept, outputs } = await call(subject);
        const wanted = returned ?? outputs.length;
        if (kept !== wanted) throw new Broken(`live tensors to grow by ${wanted}, those returned`, `${kept} more`);
      },
    },
  ];
}

/** Law of any function that draws, or draws nothing: it does so from its seed. */
export function checkPure<S>(call: (subject: S) => Promise<Observed>): Law<S> {
  return {
    name: 'does not call Math.random',
    check: async (subject) => {
      const { randomCalls } = await call(subject);
      if (randomCalls > 0) throw new Broken('draws from the seed alone', `calls of Math.random: ${randomCalls}`);
    },
  };
}
