import { dispose, type Tensor4D } from '@tensorflow/tfjs-core';
import { foldIn } from 'selfsup/random';
import { probeReport, type ReportPart, type ReportSection } from 'selfsup/report';
import { batches } from 'selfsup/training';
import type { LabelledImages } from '../data/dataset.js';
import { spoken } from '../progress.js';
import type { Outcome } from '../results.js';
import { streams } from '../streams.js';
import { verdict } from '../summary.js';
import { img, table } from './html.js';
import { lossPlot } from './lossPlot.js';
import { dataUri, type Picture, pictureOf } from './pictures.js';

/** The report of a finished job, as a page: how the training went, then what the probes found. */
export async function composeReport(outcome: Outcome): Promise<string> {
  const { dataset, recipe, evaluation } = outcome;
  const { html } = await probeReport(evaluation.results, {
    title: `${recipe.title} on ${dataset.name}`,
    summary: verdict(evaluation.probes),
    classNames: dataset.classNames,
    data: { train: partOf(evaluation.train), test: partOf(evaluation.test) },
    sections: [await lossSection(outcome), await pictureSection(outcome), settingSection(outcome)],
  });
  return html;
}

const partOf = ({ images, labels }: LabelledImages): ReportPart => ({ x: images, ...(labels && { labels }) });

async function lossSection({ history, recipe }: Outcome): Promise<ReportSection> {
  const caption = `The dashed line is the loss of an encoder that has learnt nothing: ${recipe.chanceText}.`;
  const chance = history.loss.map((_, step) => recipe.chance(step));
  return { heading: 'Loss', caption, html: await lossPlot(history.loss, { values: chance, text: caption }) };
}

/** What the method does with the first images of the first batch, as training saw them: a row of pictures each. */
async function pictureSection({ settings, dataset, recipe }: Outcome): Promise<ReportSection> {
  const source = batches(dataset.train.images, { size: settings.batch }, foldIn(settings.seed, streams.batches));
  const batch = source.at(0) as Tensor4D;
  const { heading, caption, names, stacks } = recipe.illustrate(batch, foldIn(foldIn(settings.seed, streams.views), 0));
  try {
    const columns = await Promise.all(stacks.map(async (x) => ({ data: await x.data<'float32'>(), shape: x.shape })));
    const count = Math.min(9, ...columns.map(({ shape }) => shape[0] as number));
    const rows = Array.from({ length: count }, (_, i) => columns.map((column) => pictureOf(column, i)));
    const drawn = await Promise.all(rows.map((row) => pictureRow(row, names)));
    const grid = `display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(${84 * names.length}px, 1fr))`;
    return { heading, caption, html: `<div style="${grid}">${drawn.join('')}</div>` };
  } finally {
    dispose([batch, ...stacks]);
  }
}

async function pictureRow(row: readonly Picture[], names: readonly string[]): Promise<string> {
  const pictures = await Promise.all(row.map(async (p, i) => img(await dataUri(p), 72, names[i] as string)));
  return `<div style="display: flex; gap: 7px">${pictures.join('')}</div>`;
}

/** How it was done. */
function settingSection({ settings, backend, dataset, recipe, history }: Outcome): ReportSection {
  const [n, height, width] = dataset.train.images.shape;
  const { encoder } = recipe.method;
  const dim = encoder.outputs[0]?.shape[1];
  const rows = [
    ['data', `${dataset.name}, ${n} images of ${height} x ${width} to learn from`],
    ['method', recipe.title],
    ['encoder', `${recipe.encoderKind}, ${encoder.countParams()} parameters, ${dim} features`],
    ...recipe.choices,
    ['learning rate', String(settings.learningRate ?? recipe.learningRate)],
    ['batch', `${settings.batch} images`],
    ['steps', `${history.steps} in ${spoken(history.seconds)}, ${history.imagesPerSecond.toFixed(0)} images/s`],
    ['backend', `${backend.name}: ${backend.description}`],
    ['seed', String(settings.seed)],
  ] as const;
  return { heading: 'Settings', html: table(rows) };
}
