export type { Method } from '../training/index.js';
export { BarlowTwins, type BarlowTwinsMethodOptions, type ViewPair } from './barlowTwins.js';
export { MoCo, type MoCoBatch, type MoCoOptions } from './moco.js';
export { SimCLR, type SimCLROptions } from './simclr.js';
export type { Augmentation } from './twoViews.js';
