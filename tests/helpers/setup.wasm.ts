import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from './backend.js';

await useBackend('wasm');
