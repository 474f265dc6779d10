export { type ProjectionHeadOptions, projectionHead } from './projectionHead.js';
export { type ResNetOptions, resNet18 } from './resNet18.js';
export { type SmallConvNetOptions, smallConvNet } from './smallConvNet.js';
