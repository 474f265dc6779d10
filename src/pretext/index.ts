export { type MaskedPatches, type MaskedPatchesOptions, maskedPatchesTask } from './maskedPatches.js';
export { type MaskedTokens, type MaskTokensOptions, maskTokens } from './maskTokens.js';
export { type MultiBlockMask, type MultiBlockMaskOptions, multiBlockMaskTask } from './multiBlockMask.js';
export { type PatchGridBatch, type PatchGridOptions, patchGridTask } from './patchGrid.js';
export { patchify, unpatchify } from './patchify.js';
