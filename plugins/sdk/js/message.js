// @ts-check
/// <reference path="./wit.d.ts" />
// The envelope and the message as they stand now, earlier plugins' edits included.

import * as transaction from 'waxseal:plugin/transaction@0.1.0';
import { decode } from './text.js';

export { allHeaders, headerCount, readBody, readMessage, recipients, scores, sender, size, tags }
  from 'waxseal:plugin/transaction@0.1.0';

/**
 * The text of the first field of that name, folds included, or null.
 * @param {string} name
 * @returns {string | null}
 */
export function header(name) {
  const value = transaction.getHeader(name);
  return value === null || value === undefined ? null : decode(value);
}

/**
 * The octets of the first field of that name, or null.
 * @param {string} name
 * @returns {Uint8Array | null}
 */
export const headerOctets = (name) => transaction.getHeader(name);
