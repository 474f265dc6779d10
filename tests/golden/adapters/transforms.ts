import type { Adapters } from '../adapter.js';

/** Rows of the group 'transforms'. */
export const transforms: Adapters = {};
