export type { Method } from '../training/index.js';
export { BarlowTwins, type BarlowTwinsMethodOptions, type ViewPair } from './barlowTwins.js';
export { MAE, type MAEBatch, type MAEOptions } from './mae.js';
export { MoCo, type MoCoBatch, type MoCoOptions } from './moco.js';
export type { Reconstruction } from './reconstruction.js';
export { SimCLR, type SimCLROptions } from './simclr.js';
export type { Augmentation } from './twoViews.js';
