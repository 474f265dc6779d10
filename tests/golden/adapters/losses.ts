import type { Adapters } from '../adapter.js';

/** Rows of the group 'losses'. */
export const losses: Adapters = {};
