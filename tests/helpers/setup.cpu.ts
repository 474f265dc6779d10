import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { useBackend } from './backend.js';

await useBackend('cpu');
