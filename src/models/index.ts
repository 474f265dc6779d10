export type { ByteRange, ByteSource } from './byteSource.js';
export { type LoadedWeights, type LoadSafetensorsOptions, loadSafetensors } from './loadSafetensors.js';
export { type MaeModel, type MaeModelOptions, maeModel } from './maeModel.js';
export { huggingFaceMapping } from './mappings/huggingFaceMapping.js';
export { dinoMapping, maeMapping, timmMapping } from './mappings/timmMapping.js';
export { type ProjectionHeadOptions, projectionHead } from './projectionHead.js';
export {
  type ReadSafetensorsOptions,
  readSafetensors,
  type Safetensors,
  type SafetensorsData,
  type SafetensorsTensor,
} from './readSafetensors.js';
export { type ResNetOptions, resNet18 } from './resNet18.js';
export type { SafetensorsDtype, SafetensorsEntry } from './safetensorsHeader.js';
export { type SaveSafetensorsOptions, saveSafetensors } from './saveSafetensors.js';
export { type SmallConvNetOptions, smallConvNet } from './smallConvNet.js';
export type { TransformerOptions } from './transformer.js';
export { type VitOptions, vit } from './vit.js';
export type { MappingOptions, WeightLayout, WeightMapping, WeightRule } from './weightMapping.js';
export { type TensorToWrite, type WriteSafetensorsOptions, writeSafetensors } from './writeSafetensors.js';
