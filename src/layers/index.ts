export { DropPath, type DropPathOptions } from './dropPath.js';
export { GELU } from './gelu.js';
export { LayerNorm, type LayerNormOptions } from './layerNorm.js';
export type { LayerOptions, LayerShape } from './layerOptions.js';
export { registerLayers } from './registerLayers.js';
export { type SineCosinePositionsOptions, sineCosinePositions } from './sineCosinePositions.js';
