import type { Adapters } from './adapter.js';
import { evaluation } from './adapters/evaluation.js';
import { losses } from './adapters/losses.js';
import { optim } from './adapters/optim.js';
import { pretext } from './adapters/pretext.js';
import { transforms } from './adapters/transforms.js';

/** The one table of adapters, a row per operation; the rows stand by group in the folder beside this file. */
export const adapters: Adapters = { ...losses, ...transforms, ...optim, ...pretext, ...evaluation };
