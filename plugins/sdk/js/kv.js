// @ts-check
/// <reference path="./wit.d.ts" />
// The plugin's own keys and values. Granted as `kv_bytes`; all functions throw a `ServerError`, for
// example of the kind `denied`.

import * as kv from 'waxseal:plugin/kv@0.1.0';
import { ask } from './error.js';
import { decode, encode } from './text.js';

/** @param {string} key @returns {Uint8Array | null} */
export const get = (key) => ask('kv', () => kv.get(key));

/** The value as text. @param {string} key @returns {string | null} */
export function getText(key) {
  const value = get(key);
  return value === null ? null : decode(value);
}

/** @param {string[]} keys Up to 1,000. @returns {Array<Uint8Array | null>} */
export const getMany = (keys) => ask('kv', () => kv.getMany(keys));

/**
 * @param {string} key
 * @param {string | Uint8Array} value
 * @param {number | null} [ttlSeconds]
 */
export const set = (key, value, ttlSeconds = null) =>
  ask('kv', () => kv.set(key, encode(value), ttlSeconds));

/** Removes a key. @param {string} key */
export const remove = (key) => ask('kv', () => kv.delete(key));

/**
 * Adds to a number and answers the sum.
 * @param {string} key
 * @param {number} [by]
 * @param {number | null} [ttlSeconds]
 * @returns {number}
 */
export const incr = (key, by = 1, ttlSeconds = null) => ask('kv', () => kv.incr(key, by, ttlSeconds));

/** @param {Array<[string, number]>} changes Up to 1,000. @returns {number[]} */
export const incrMany = (changes) => ask('kv', () => kv.incrMany(changes));
