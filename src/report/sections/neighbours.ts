import type { Context, KnownPart } from '../context.js';
import type { Entry } from '../entries.js';
import { escape, figureOf } from '../html.js';
import { dataUris } from '../pictures.js';
import { percent, type Section, whole } from '../section.js';
import { checkRows } from './rows.js';

/** Queries and neighbours that are shown at most. */
const queries = 8;
const neighbours = 8;

/** Queries and what lies nearest to them. */
export function neighbourSections(report: Context): Section[] {
  const entries = report.of('neighbors');
  if (entries.length === 0) return [];
  for (const entry of entries) {
    checkRows(entry, report.data(entry).test, entry.result.indices.length, 'queries');
    checkRows(
      entry,
      report.data(entry).train,
      1 + Math.max(-1, ...entry.result.indices.map((row) => Math.max(-1, ...row))),
      'bank',
    );
  }
  const drawn = entries.filter((entry) => {
    const { train, test } = report.data(entry);
    return train.images !== null && test.images !== null;
  });
  return [
    {
      heading: 'Nearest neighbours',
      caption:
        'Queries (left), and the samples whose features lie nearest to theirs, nearest first. A solid green frame and a tick: the ' +
        'same class; a dashed orange frame and a cross: another one. A few pictures show what kind of likeness the features ' +
        'see, not how often they are right: the table counts that.',
      figures: drawn.map((entry) => async () => figureOf(await neighbourRows(entry, report), entry.name)),
      tables: [
        {
          head: ['name', 'queries', 'neighbours each', 'neighbours of the same class'],
          rows: entries.map((entry) => {
            const { indices } = entry.result;
            return [entry.name, whole(indices.length), whole(indices[0]?.length ?? 0), sameClass(entry, report)];
          }),
        },
      ],
    },
  ];
}

function sameClass(entry: Entry<'neighbors'>, report: Context): string {
  const { train, test } = report.data(entry);
  if (train.labels === null || test.labels === null) return 'no labels given';
  let [same, all] = [0, 0];
  entry.result.indices.forEach((row, q) => {
    all += row.length;
    for (const i of row) if (train.labels?.[i] === test.labels?.[q]) same++;
  });
  return all === 0 ? '' : percent(same / all);
}

/** A picture with its name under it. */
const captioned = (uri: string, size: number, alt: string, text: string, mark = ''): string =>
  `<div><img src="${uri}" width="${size}" height="${size}" alt="${escape(alt)}"${mark && ` class="${mark}"`}>${escape(text)}</div>`;

async function neighbourRows(entry: Entry<'neighbors'>, report: Context): Promise<string> {
  const { train, test } = report.data(entry);
  const { indices } = entry.result;
  const chosen = chooseQueries(indices.length, test.labels);
  const near = chosen.map((q) => (indices[q] as number[]).slice(0, neighbours));
  if (train.images === null || test.images === null) return '';
  const asked = await dataUris('probeReport', 'data.test.x', test.images, chosen, 64);
  const found = await dataUris('probeReport', 'data.train.x', train.images, near.flat(), 64);
  const name = ({ labels }: KnownPart, i: number): string =>
    labels === null ? '' : report.className(labels[i] as number);
  const rows = chosen.map((q, i) => {
    const own = name(test, q);
    const query = captioned(asked.get(q) as string, 56, own === '' ? `query ${q}` : `query: ${own}`, own);
    const others = (near[i] as number[]).map((row) => {
      const uri = found.get(row) as string;
      if (train.labels === null || test.labels === null) return captioned(uri, 48, `neighbour ${row}`, '');
      const same = train.labels[row] === test.labels[q];
      const text = `${same ? '\u2713' : '\u2717'} ${name(train, row)}`;
      return captioned(
        uri,
        48,
        `${name(train, row)}, ${same ? 'the same class' : 'another class'}`,
        text,
        same ? 'same' : 'other',
      );
    });
    return `<div class="near">${query}${others.join('')}</div>`;
  });
  return rows.join('');
}

/** The first queries, of different classes where they are known. */
function chooseQueries(count: number, labels: Int32Array | null): number[] {
  const all = Array.from({ length: count }, (_, q) => q);
  if (labels === null) return all.slice(0, queries);
  const seen = new Set<number>();
  return all.filter((q) => {
    const label = labels[q] as number;
    return seen.size < queries && !seen.has(label) && seen.add(label);
  });
}
