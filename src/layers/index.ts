export { type SineCosinePositionsOptions, sineCosinePositions } from './sineCosinePositions.js';
