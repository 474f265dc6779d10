import { clipRows } from './rows/clipRows.js';
import { clusterRows } from './rows/clusterRows.js';
import { flowRows } from './rows/flowRows.js';
import { imageRows } from './rows/imageRows.js';
import { maskRows } from './rows/maskRows.js';
import { programRows } from './rows/programRows.js';
import { soundRow } from './rows/soundRow.js';
import { textRows } from './rows/textRows.js';
import type { Row } from './show.js';

/** What the gallery shows, a section a kind of data. */
export const sections: readonly { readonly heading: string; readonly rows: readonly Row[] }[] = [
  { heading: 'Images', rows: imageRows },
  { heading: 'Patches', rows: maskRows },
  { heading: 'Clips', rows: clipRows },
  { heading: 'Sound', rows: [soundRow] },
  { heading: 'Flow, depth and poses', rows: flowRows },
  { heading: 'Labels by program', rows: programRows },
  { heading: 'Clusters', rows: clusterRows },
  { heading: 'Text', rows: textRows },
];
