export { patchify, unpatchify } from './patchify.js';
