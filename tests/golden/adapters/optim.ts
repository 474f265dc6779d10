import type { Adapters } from '../adapter.js';

/** Rows of the group 'optim'. */
export const optim: Adapters = {};
