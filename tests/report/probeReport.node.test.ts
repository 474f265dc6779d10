import { decode } from 'fast-png';
import { marked } from 'marked';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ProbeResult, probeReport, type ReportedResults } from '../../src/report/index.js';
import { collapse, dense, everyResult, fewLabel, knn, labels, linear, map, neighbors, robustness } from './results.js';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** All elements of a page with this name, in order. Anything that a browser would have to mend fails. */
function elements(html: string, name: string): Element[] {
  const errors: string[] = [];
  const document = parse(html, { onParseError: ({ code }) => errors.push(code) });
  expect(errors).toEqual([]);
  const inside = (nodes: readonly Node[]): Element[] =>
    nodes.flatMap((node) =>
      'tagName' in node ? [...(node.tagName === name ? [node] : []), ...inside(node.childNodes)] : [],
    );
  return inside(document.childNodes);
}
const textOf = (node: Node): string =>
  'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((attr) => attr.name === name)?.value;
const only = (element: Element, name: string): Element[] =>
  element.childNodes.flatMap((node) =>
    'tagName' in node ? [...(node.tagName === name ? [node] : []), ...only(node, name)] : [],
  );
const tables = (html: string): string[][][] =>
  elements(html, 'table').map((table) =>
    only(table, 'tr').map((row) => [...only(row, 'th'), ...only(row, 'td')].map((cell) => textOf(cell).trim())),
  );
const asPage = (markdown: string): string => `<!doctype html>${marked.parse(markdown)}`;
const figures = (html: string, heading: string): Element[] => {
  const section = elements(html, 'section').find((one) => textOf(only(one, 'h2')[0] as Element) === heading);
  return only(section as Element, 'figure');
};

/** Eight test images and four training images of 2 x 2 pixels, each of one colour. */
const colour = (i: number): number[] => [10 * i, 255 - 10 * i, i];
const images = (n: number, from: number) => ({
  data: Uint8Array.from({ length: n * 12 }, (_, k) => colour(from + Math.floor(k / 12))[k % 3] as number),
  shape: [n, 2, 2, 3],
});
const data = { test: { x: images(8, 0), labels }, train: { x: images(4, 10), labels: [0, 1, 0, 2] } };
const classNames = ['cat', 'dog', 'owl'];

describe('probeReport', () => {
  const make = () => probeReport(everyResult, { data, classNames, title: 'All', summary: 'Well.' });
  let whole: ReturnType<typeof make>;
  test('shows every kind of result, the same in the page and in Markdown, and says nothing on the console', async () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
    whole = make();
    const { html, markdown } = await whole;
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    const headings = elements(html, 'h2').map(textOf);
    expect(headings).toEqual([
      ...['Accuracy', 'Confusion', 'Layers', 'Few labels', 'Retrieval', 'Clusters', 'Segmentation', 'Robustness'],
      ...['Nearest neighbours', 'Maps', 'Collapse', 'Shortcuts', 'Cost'],
    ]);
    const written = asPage(markdown);
    expect(elements(written, 'h2').map(textOf)).toEqual(headings);
    expect(elements(written, 'h1').map(textOf)).toEqual(['All']);
    expect(tables(written)).toEqual(tables(html));
    expect(tables(html)).toHaveLength(17);
    for (const [i, caption] of elements(written, 'p').entries()) {
      expect(textOf(caption)).toBe(elements(html, 'p').map(textOf)[i]);
    }
  });

  test('needs nothing but itself, and says in words what it draws', async () => {
    const { html } = await whole;
    expect(html).not.toMatch(/https?:|<script|<link|@import|url\(|javascript:| on\w+=| id="/i);
    const drawn = elements(html, 'svg');
    expect(drawn).toHaveLength(5 + 9);
    for (const svg of drawn) {
      expect(attribute(svg, 'role')).toBe('img');
      expect(attribute(svg, 'aria-label')).toMatch(/\w+ \w+/);
    }
    for (const img of elements(html, 'img')) {
      expect(attribute(img, 'alt')).toMatch(/cat|dog|owl/);
      expect(attribute(img, 'src')).toMatch(/^data:image\/png;base64,/);
    }
    expect(elements(html, 'html').map((root) => attribute(root, 'lang'))).toEqual(['en']);
  });

  test('tables hold the numbers of the results', async () => {
    const { html } = await whole;
    const [accuracy, confusion, layers, few, retrieval, clusters, iou, perClass, robust, kinds, near, maps, ...rest] =
      tables(html);
    expect(accuracy?.slice(1)).toEqual([
      ['features', 'linear probe', '75.0%', '43.8% to 96.0%', '33.3%', '87.5%', '1,200 / 8', 'C = 0.01'],
      ['features', 'ridge probe', '50.0%', '20.0% to 80.0%', '33.3%', '60.0%', '1,200 / 8', 'alpha = 10'],
      ['features', 'kNN', '37.5%', '10.0% to 70.0%', '33.3%', '', '1,200 / 8', 'k = 20, temperature 0.07'],
      ['features', 'MLP probe', '100.0%', '100.0% to 100.0%', '33.3%', '100.0%', '1,200 / 8', '64 hidden units'],
      ['features', 'fine-tuning', '0.0%', '0.0% to 0.0%', '33.3%', '', '1,200 / 8', '1,500 steps'],
    ]);
    expect(confusion?.filter(([, probe]) => probe === 'kNN').map((row) => row.slice(2))).toEqual([
      ['dog', 'cat', '3', '100.0%'],
      ['owl', 'cat', '2', '100.0%'],
    ]);
    expect(layers?.[2]).toEqual(['features', 'block', 'ridge', '50.0%', '20.0% to 80.0%']);
    expect(few?.[1]).toEqual(['features', 'ridge', '12', '1%', '31.3%', '20.0% to 41.0%', '2']);
    expect(retrieval?.slice(1)).toEqual([
      ['features', 'recall at 5', '62.5%', '30.0% to 90.0%', ''],
      ['features', 'mean average precision', '43.8%', '40.0% to 50.0%', '34.0%'],
    ]);
    expect(clusters?.[1]).toEqual(['features', '5 / 3', '62.5%', '0.400', '-0.012', '0.250', '75.0%', '8']);
    expect(iou?.[1]).toEqual(['features', '31.3%', '25.0% to 40.0%', '81.3%', '6 x 7', '8']);
    expect(perClass?.slice(1)).toEqual([
      ['cat', '50.0%'],
      ['dog', 'occurs nowhere'],
      ['owl', '12.5%'],
    ]);
    expect(robust?.[1]).toEqual(['features', '87.5%', '60.0% to 100.0%', '62.5%', '71.4%', '1.5']);
    expect(kinds?.[1]).toEqual(['gaussian noise', '62.5%']);
    expect(near?.[1]).toEqual(['features', '2', '2', '75.0%']);
    expect(maps?.[1]).toEqual(['features', '8', '0.91', '60.0% and 25.0%']);
    expect(rest.map((table) => table[1])).toEqual([
      ['features', '0.25', '0.5', '3.25', '2.5', '4', '-1.5', '', '2,048'],
      ['features', 'patches', '30.0%', '25.0% to 35.0%', '26.0%', 'no'],
      ['features', '12,345', '12,000', '1,000,000'],
      ['features', '0.125', '512', '2.5', '3600 s'],
      ['stem', 'Conv2D', '12,000', '250,000', '25.0%'],
    ]);
  });

  test('plots hold the numbers of the results', async () => {
    const { html } = await probeReport([linear, knn, collapse], { data, classNames });
    const group = (figure: Element, name: string): Element[] =>
      only(figure, 'g').filter((g) => attribute(g, 'class')?.startsWith(name));
    const places = (element: Element): number[] =>
      only(element, 'path').map((path) => Number(/translate\(([-\d.]+)/.exec(attribute(path, 'transform') ?? '')?.[1]));
    const dots = group(figures(html, 'Accuracy')[0] as Element, 'mark-symbol').map(places);
    expect(dots.map(([x]) => Number(((x as number) / 520).toFixed(3)))).toEqual([0.75, 0.375]);
    const [first] = figures(html, 'Confusion');
    const counts = group(first as Element, 'mark-text role-mark')
      .flatMap((g) => only(g, 'text'))
      .map(textOf);
    expect(counts).toEqual(['1', '2', '3', '2']);
    const cells = group(first as Element, 'mark-rect').flatMap((g) => only(g, 'path'));
    expect(cells.map((cell) => attribute(cell, 'fill')).filter((fill) => fill === 'rgb(8, 48, 107)')).toHaveLength(2);
    const line = group(figures(html, 'Collapse')[0] as Element, 'mark-line').flatMap((g) => only(g, 'path'))[0];
    expect(attribute(line as Element, 'd')?.split('L')).toHaveLength(3); // the fourth share is 0
  });

  test('pictures are those that the results point to, with their classes in words', async () => {
    const { html } = await probeReport({ a: neighbors, b: map }, { data, classNames });
    const pixel = (uri: string | undefined): number[] =>
      Array.from(decode(Buffer.from((uri as string).split(',')[1] as string, 'base64')).data.slice(0, 3));
    const [shown] = figures(html, 'Nearest neighbours');
    const pictures = only(shown as Element, 'img');
    expect(pictures.map((img) => pixel(attribute(img, 'src')))).toEqual([0, 12, 10, 1, 11, 13].map(colour));
    expect(pictures.map((img) => attribute(img, 'alt'))).toEqual([
      ...['query: cat', 'cat, the same class', 'cat, the same class'],
      ...['query: dog', 'dog, the same class', 'owl, another class'],
    ]);
    expect(pictures.map((img) => attribute(img, 'class'))).toEqual([
      ...[undefined, 'same', 'same'],
      ...[undefined, 'same', 'other'],
    ]);
    expect(textOf(shown as Element)).toMatch(/✓ cat.*✗ owl/);
    const [drawn] = figures(html, 'Maps');
    const thumbnails = only(drawn as Element, 'image').map((image) =>
      pixel(attribute(image, 'xlink:href') ?? attribute(image, 'href')),
    );
    expect(thumbnails.length).toBeGreaterThan(3);
    for (const thumbnail of thumbnails) expect(labels.map((_, i) => colour(i))).toContainEqual(thumbnail);
  });

  test('large pictures are averaged, floats scaled, and without images there are only words', async () => {
    const wide = Float32Array.from({ length: 2 * 128 * 256 }, (_, i) => (i % 4 < 2 ? 1 : 0.5));
    const part = { x: { data: wide, shape: [2, 128, 256, 1] } };
    const one: ProbeResult = { indices: [[1]], distances: [[0]] };
    const { html } = await probeReport({ a: one }, { data: { train: part, test: part } });
    const [uri] = elements(html, 'img').map((img) => attribute(img, 'src')?.split(',')[1] as string);
    const { width, height, channels, data: bytes } = decode(Buffer.from(uri as string, 'base64'));
    expect([width, height, channels]).toEqual([64, 32, 1]);
    expect(new Set(bytes)).toEqual(new Set([191]));
    const bare = await probeReport([neighbors, linear]);
    expect(elements(bare.html, 'img')).toEqual([]);
    expect(tables(bare.html)[1]?.[1]).toEqual(['features', '2', '2', 'no labels given']);
  });

  test('a result, a list, names and results by name', async () => {
    const names = async (results: ReportedResults): Promise<unknown> =>
      tables((await probeReport(results, { figures: false })).html)[0]
        ?.slice(1)
        .map(([name, , accuracy]) => `${name} ${accuracy}`);
    expect(await names(linear)).toEqual(['features 75.0%']);
    expect(await names([linear])).toEqual(['features 75.0%']);
    const other = { ...linear, accuracy: 0.5 };
    expect(await names([linear, other, knn])).toEqual(['features 75.0%', 'features 2 50.0%', 'features 37.5%']);
    expect(await names([{ name: 'x', result: linear }, other])).toEqual(['x 75.0%', 'features 50.0%']);
    expect(await names({ new: [linear, knn], old: other })).toEqual(['new 75.0%', 'old 50.0%', 'new 37.5%']);
    expect(await names({ probe: linear, name: other })).toEqual(['probe 75.0%', 'name 50.0%']);
    expect(await names(JSON.parse(JSON.stringify([linear])))).toEqual(['features 75.0%']);
  });

  test('data of one result alone', async () => {
    const own = { test: { labels: labels.map((_, i) => (i < 6 ? (linear.predictions[i] as number) : 2)) } };
    const { markdown } = await probeReport([
      { name: 'a', result: linear, data: own },
      { name: 'b', result: { ...linear, C: 1 } },
    ]);
    expect(markdown).toContain('| a | linear probe | 2 | 1 | 2 | 50.0% |');
    expect(markdown).not.toContain('| b | linear probe | 2 |');
  });

  test('text of others stays text', async () => {
    const evil = `</title><script>alert(1)</script><img src=x onerror="a()"> | *b* _c_ [d](http://e) \`f\` & 'g' www.h.com\n# i \\| ~~j~~`;
    const flat = evil.replace(/\s+/g, ' ');
    const named = ['A', 'B', 'C'].map((letter) => `${letter} ${evil}`);
    const results = {
      [evil]: [
        ...[linear, fewLabel, robustness, dense, map, { ...collapse, sentence: evil }],
        { probe: 'layerwise' as const, layers: [{ ...linear, layer: evil }] },
      ],
    };
    const options = { title: evil, summary: evil, classNames: named, data };
    const { html, markdown } = await probeReport(results, options);
    expect(elements(html, 'h1').map(textOf)).toEqual([flat]);
    expect(elements(html, 'title').map(textOf)).toEqual([flat]);
    for (const page of [html, asPage(markdown)]) {
      const cells = tables(page).flat(2);
      for (const text of [flat, `A ${flat}`]) expect(cells).toContain(text);
      for (const name of ['script', 'a', 'em', 'del', 'code', 'img']) expect(elements(page, name)).toEqual([]);
      expect(elements(page, 'p').map(textOf)).toContain(`${flat}: ${flat}`);
    }
    expect(tables(asPage(markdown))).toEqual(tables(html));
    expect(elements(html, 'text').map(textOf).join('')).toContain('</title>');
  });

  test('sections of the caller come first, and are their own HTML', async () => {
    const sections = [{ heading: 'Loss <3', caption: 'a & b', html: '<b>bold</b>' }];
    const { html } = await probeReport(linear, { sections, figures: false });
    expect(elements(html, 'h2').map(textOf)).toEqual(['Loss <3', 'Accuracy']);
    expect(elements(html, 'b').map(textOf)).toEqual(['bold']);
  });

  test('gives the same bytes again', async () => {
    expect(await make()).toEqual(await whole);
  });

  test('many classes: the worst mistakes instead of a matrix', async () => {
    const truth = Array.from({ length: 200 }, (_, i) => i % 100);
    const predictions = truth.map((c) => (c === 7 ? 8 : c));
    const result = { ...linear, classes: 100, accuracy: 0.99, predictions, testSamples: 200 };
    const { html } = await probeReport(result, { data: { test: { labels: truth } } });
    expect(elements(html, 'svg')).toHaveLength(1);
    expect(tables(html)[1]?.slice(1)).toEqual([['features', 'linear probe', '7', '8', '2', '100.0%']]);
  });
});

describe('what can not be reported', () => {
  const wrong = (value: unknown) => value as ReportedResults;
  test.each<[string, unknown, RegExp]>([
    ['nothing', [], /results must hold at least one result, got none/],
    ['an empty object', {}, /at least one result/],
    ['null', null, /results must be a result, a list of results or an object of them, got null/],
    ['a number in a list', [linear, 3], /results\[1\] must be the result of a probe, got 3/],
    ['a promise', [Promise.resolve(linear)], /results\[0\] must be the result of a probe, got a promise: await it/],
    ['another probe', { a: { probe: 'psychic' } }, /results\["a"\] must be .*, got probe "psychic"/],
    ['a word for a kind', [{ probe: 'map' }], /got probe "map"/],
    [
      'a field that is not there',
      [{ ...linear, accuracy: undefined }],
      /results\[0\], a 'linear' result, must have accuracy in \[0, 1\], got undefined/,
    ],
    [
      'NaN',
      { x: [linear, { ...knn, accuracy: Number.NaN }] },
      /results\["x"\]\[1\], a 'knn' result, must have accuracy/,
    ],
    [
      'a wrong entry inside',
      [{ ...fewLabel, results: [{}] }],
      /must have results a list, each entry with fraction in \[0, 1\]/,
    ],
    ['a named one alone', { name: 'a', result: linear }, /results must be a list where an entry has a name/],
    [
      'two of one name',
      [
        { name: 'a', result: linear },
        { name: 'a', result: linear },
      ],
      /results\[1\].result must have a name of its own: there is another 'linear' result of "a"/,
    ],
  ])('%s', async (_, results, message) => {
    await expect(probeReport(wrong(results))).rejects.toThrow(message);
    await expect(probeReport(wrong(results))).rejects.toThrow(/^probeReport: /);
  });

  test('data that is not that of the result', async () => {
    const fails = (results: ReportedResults, test: object, message: RegExp, train?: object) =>
      expect(probeReport(results, { data: { test, ...(train ? { train } : {}) } })).rejects.toThrow(message);
    await fails(
      linear,
      { labels: [0, 1] },
      /labels of data.test must be those of results, a 'linear' result of 8 predictions, got 2/,
    );
    await fails(linear, { labels: [2, 1, 2, 0, 1, 2, 0, 1] }, /of accuracy 0.75, got labels by which it is 0.625/);
    await fails(linear, { labels: [-1] }, /data.test.labels must be integers >= 0/);
    await fails(linear, { x: images(3, 0), labels }, /data.test.labels must have 3 entries, got 8/);
    await fails(
      linear,
      { x: { data: new Int32Array(8 * 12), shape: [8, 2, 2, 3] } },
      /data.test.x must be float32 in \[0, 1\] or bytes on the host, got int32/,
    );
    await fails(
      map,
      { labels: [0, 1] },
      /data.test.labels must have at least 8 rows for results \(its points\), got 2/,
    );
    await fails(
      [neighbors],
      { x: images(1, 0) },
      /data.test.x must have at least 2 rows for results\[0\] \(its queries\), got 1/,
    );
    await fails(neighbors, {}, /data.train.x must have at least 4 rows for results \(its bank\), got 3/, {
      x: images(3, 0),
    });
  });

  test('options of a wrong kind', async () => {
    await expect(probeReport(linear, { title: 3 as unknown as string })).rejects.toThrow(
      /title must be a string, got 3/,
    );
    await expect(probeReport(linear, { classNames: [1] as unknown as string[] })).rejects.toThrow(/classNames must be/);
    await expect(probeReport(linear, { figures: 'no' as unknown as boolean })).rejects.toThrow(/figures must be/);
    await expect(probeReport(linear, { data: 3 as unknown as object })).rejects.toThrow(
      /data must be \{train, test\}, got 3/,
    );
  });
});

describe('packages that are not installed', () => {
  const names = ['vega', 'vega-lite', 'fast-png'] as const;
  afterEach(() => {
    for (const name of names) vi.doUnmock(name);
    vi.resetModules();
  });
  const without = (...missing: readonly string[]): void => {
    for (const name of missing) {
      vi.doMock(name, () => {
        throw new Error('Cannot find package');
      });
    }
  };

  test.each([
    ['vega', linear],
    ['vega-lite', linear],
    ['fast-png', neighbors],
  ] as const)('%s: says which to install', async (name, result) => {
    without(name);
    await expect(probeReport(result, { data })).rejects.toThrow(
      new RegExp(
        `^probeReport: \\w+ \\(figures: false leaves them out\\) needs the package ${name}: npm install ${name} \\(`,
      ),
    );
  });

  test('tables need none of them, plots no pictures', async () => {
    without(...names);
    const { html, markdown } = await probeReport(everyResult, { data, classNames, figures: false });
    expect(tables(asPage(markdown))).toEqual(tables(html));
    expect(html).not.toContain('<svg');
    vi.doUnmock('vega');
    vi.doUnmock('vega-lite');
    expect((await probeReport([linear, neighbors])).html).toContain('<svg');
  });
});
