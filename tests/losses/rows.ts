import { contrastive } from './rows/contrastive.js';
import { distillation } from './rows/distillation.js';
import { other } from './rows/other.js';
import { reconstruction } from './rows/reconstruction.js';
import { redundancy } from './rows/redundancy.js';
import type { LossRow } from './rows/row.js';

/** Every loss, and what holds for it. */
export const rows: readonly LossRow[] = [...contrastive, ...redundancy, ...distillation, ...reconstruction, ...other];
