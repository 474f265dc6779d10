export { type MaeModel, type MaeModelOptions, maeModel } from './maeModel.js';
export { type ProjectionHeadOptions, projectionHead } from './projectionHead.js';
export { type ResNetOptions, resNet18 } from './resNet18.js';
export { type SmallConvNetOptions, smallConvNet } from './smallConvNet.js';
export type { TransformerOptions } from './transformer.js';
export { type VitOptions, vit } from './vit.js';
