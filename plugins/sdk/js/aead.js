// @ts-check
/// <reference path="./wit.d.ts" />
// Authenticated encryption by the server (storage plugins). Granted as `aead_keys`.

import * as aead from 'waxseal:plugin/aead@0.1.0';
import { ask } from './error.js';

/**
 * @param {string} key
 * @param {string} context
 * @param {Uint8Array} nonce 24 octets.
 * @param {Uint8Array} associated
 * @param {Uint8Array} plain At most 1 MiB.
 * @returns {Uint8Array}
 */
export const seal = (key, context, nonce, associated, plain) =>
  ask('aead', () => aead.seal(key, context, nonce, associated, plain));

/**
 * @param {string} key
 * @param {string} context
 * @param {Uint8Array} nonce
 * @param {Uint8Array} associated
 * @param {Uint8Array} sealed
 * @returns {Uint8Array}
 */
export const open = (key, context, nonce, associated, sealed) =>
  ask('aead', () => aead.open(key, context, nonce, associated, sealed));
