export { checkGradient as expectGradient, type GradientOptions } from '../../src/testing/checkGradient.js';
