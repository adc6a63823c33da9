// @ts-check
/// <reference path="./wit.d.ts" />
// The blob of the running call (storage plugins).

import * as blob from 'waxseal:plugin/blob-io@0.1.0';
import { encode } from './text.js';

/** The next octets, at most `max`; empty at the end. @param {number} [max] @returns {Uint8Array} */
export const read = (max = 65536) => blob.read(max);

/** Gives octets out. @param {string | Uint8Array} octets */
export const write = (octets) => blob.write(encode(octets));

/** All octets in pieces. @param {number} [max] */
export function* pieces(max = 65536) {
  for (let piece = read(max); piece.length > 0; piece = read(max)) {
    yield piece;
  }
}
