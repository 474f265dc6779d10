import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { useBackend } from './backend.js';

registerWasmTraining();
await useBackend('wasm');
