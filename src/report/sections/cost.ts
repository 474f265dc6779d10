import type { Context } from '../context.js';
import { digits, percent, type Section, whole } from '../section.js';

/** Rows of layers that are shown without folding. */
const shown = 12;

/** What a model costs. */
export function costSections(report: Context): Section[] {
  const entries = report.of('cost');
  if (entries.length === 0) return [];
  const missing = entries.filter(({ result }) => result.uncounted.length > 0);
  const timed = entries.flatMap(({ name, result: { measured } }) => {
    if (measured === null) return [];
    const { secondsPerStep, imagesPerSecond, peakBytes, trainingSeconds } = measured;
    const training = trainingSeconds === null ? '' : `${digits(trainingSeconds)} s`;
    return [[name, digits(secondsPerStep), digits(imagesPerSecond), digits(peakBytes / 1e6), training]];
  });
  return [
    {
      heading: 'Cost',
      caption: `Parameters, and multiplications with an addition for one sample.${
        timed.length === 0
          ? ''
          : ' Times and memory are those of the training step that was measured, on the machine that ran it; they say ' +
            'nothing of another one.'
      }`,
      sentences: missing.map(({ name, result }) => [
        name,
        `multiply-adds without ${result.uncounted.join(', ')}, which could not be counted.`,
      ]),
      figures: [],
      tables: [
        {
          head: ['name', 'parameters', 'trainable', 'multiply-adds'],
          rows: entries.map(({ name, result: { parameters, trainable, multiplyAdds } }) => [
            name,
            whole(parameters),
            whole(trainable),
            whole(multiplyAdds),
          ]),
        },
        ...(timed.length > 0
          ? [{ head: ['name', 's / step', 'images / s', 'peak MB', 'whole training'], rows: timed }]
          : []),
        ...entries.map(({ name, result: { layers, multiplyAdds: all } }) => ({
          head: [`layer of ${name}`, 'kind', 'parameters', 'multiply-adds', 'share'],
          rows: layers.map(({ name: layer, kind, parameters, multiplyAdds }) => [
            layer,
            kind,
            whole(parameters),
            multiplyAdds === null ? 'not known' : whole(multiplyAdds),
            multiplyAdds === null || all === 0 ? '' : percent(multiplyAdds / all),
          ]),
          ...(layers.length > shown ? { fold: `${layers.length} layers of ${name}` } : {}),
        })),
      ],
    },
  ];
}
