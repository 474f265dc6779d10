import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-webgl';
import { useBackend } from './backend.js';

await useBackend('webgl');
