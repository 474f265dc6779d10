import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-webgpu';
import { useBackend } from './backend.js';

await useBackend('webgpu');
