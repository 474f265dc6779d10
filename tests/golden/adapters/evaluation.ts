import type { Adapters } from '../adapter.js';

/** Rows of the group 'evaluation'. */
export const evaluation: Adapters = {};
