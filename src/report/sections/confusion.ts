import { RangeError } from '../../internal/errors.js';
import { confusionMatrix } from '../../probes/index.js';
import type { Context } from '../context.js';
import { figureOf } from '../html.js';
import { confusionPlot } from '../plots/confusionPlot.js';
import { percent, type Section, whole } from '../section.js';
import { type Classified, classified, titles } from './accuracy.js';

/** Classes of which a matrix is drawn at most. */
const drawn = 30;
/** Confusions that are listed. */
const listed = 5;

/** Which classes are taken for which, where the labels are known. */
export async function confusionSections(report: Context): Promise<Section[]> {
  const matrices: { entry: Classified; title: string; matrix: number[][] }[] = [];
  for (const entry of classified(report)) {
    const { labels } = report.data(entry).test;
    if (labels === null) continue;
    const title = `${entry.name}, ${titles[entry.kind]}`;
    matrices.push({ entry, title, matrix: await confusion(entry, labels) });
  }
  if (matrices.length === 0) return [];
  const figures = matrices
    .filter(({ matrix }) => matrix.length <= drawn)
    .map(({ title, matrix }) => async () => {
      const names = matrix.map((_, c) => report.className(c));
      return figureOf(await confusionPlot(matrix, names, `Confusion matrix of ${title}`), title);
    });
  const rows = matrices.flatMap(({ entry, matrix }) =>
    worst(matrix).map(([truth, guess, n]) => {
      const total = (matrix[truth] as number[]).reduce((sum, count) => sum + count, 0);
      const names = [report.className(truth), report.className(guess)];
      return [entry.name, titles[entry.kind], ...names, whole(n), percent(n / total)];
    }),
  );
  return [
    {
      heading: 'Confusion',
      caption:
        'Which classes are taken for which: a row for each true class, a column for each predicted one; darker is a larger ' +
        `share of the true class. The table lists the ${listed} most frequent mistakes of each probe. Single cells hold few ` +
        'samples: small differences between them say nothing.',
      figures,
      tables: [
        {
          head: ['name', 'probe', 'true class', 'taken for', 'samples', 'share of the true class'],
          rows,
          ...(rows.length > 2 * listed ? { fold: 'The most frequent mistakes' } : {}),
        },
      ],
    },
  ];
}

/** Counts by true and predicted class, checked against the accuracy that the result has. */
async function confusion({ kind, result, place }: Classified, labels: Int32Array): Promise<number[][]> {
  const { predictions, accuracy } = result;
  const what = `probeReport: labels of data.test must be those of ${place}, a '${kind}' result`;
  if (labels.length !== predictions.length) {
    throw new RangeError(`${what} of ${predictions.length} predictions, got ${labels.length}.`);
  }
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), result.classes);
  const matrix = await confusionMatrix(predictions, labels, { classes });
  const found = matrix.reduce((sum, row, c) => sum + (row[c] as number), 0) / labels.length;
  if (Math.abs(found - accuracy) > 1e-6) {
    throw new RangeError(
      `${what} of accuracy ${accuracy}, got labels by which it is ${found}: of other samples, or in another order.`,
    );
  }
  return matrix;
}

function worst(matrix: readonly (readonly number[])[]): [truth: number, guess: number, n: number][] {
  return matrix
    .flatMap((row, truth) => row.map((n, guess): [number, number, number] => [truth, guess, n]))
    .filter(([truth, guess, n]) => n > 0 && truth !== guess)
    .sort(([a, b, n], [c, d, m]) => m - n || a - c || b - d)
    .slice(0, listed);
}
