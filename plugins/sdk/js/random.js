// @ts-check
/// <reference path="./wit.d.ts" />
// Randomness fit for cryptography. `Math.random` is not: it gives the same numbers in each instance.

export { bytes } from 'waxseal:plugin/random@0.1.0';
